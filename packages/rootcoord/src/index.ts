export type { HealthState } from './health.ts';
export { createRootCoord, type RootCoord, type RootCoordComponents } from './rootcoord.ts';
export {
  defaultRootCoordPort,
  type RootCoordServerComponents,
  type RootCoordServerSettings,
  runRootCoord,
} from './server.ts';
export { defaultRootCoordSettings, type RootCoordSettings } from './settings.ts';

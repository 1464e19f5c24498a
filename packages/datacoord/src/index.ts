export { type DataCoordComponents, type OnReady, runDataCoord } from './server.ts';
export { type DataCoordSettings, defaultDataCoordSettings } from './settings.ts';

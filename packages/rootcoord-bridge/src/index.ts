export {
  DataCoordBridge,
  type DataCoordBridgeComponents,
  type DataCoordClient,
  type WatchChannelsDetails,
} from './data-coord-bridge.ts';
export { dataCoordOf } from './data-coord-of.ts';

export {
  DataCoordBridge,
  type DataCoordBridgeComponents,
  type DataCoordClient,
  type WatchChannelsDetails,
} from './data-coord-bridge.ts';

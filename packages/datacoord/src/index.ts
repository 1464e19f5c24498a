export { type CompactionTask, decodeTask, isRunning, sourcesOf } from './compaction/compaction-task.ts';
export { type DataCoordComponents, type OnReady, runDataCoord } from './server.ts';
export { type DataCoordSettings, defaultDataCoordSettings } from './settings.ts';

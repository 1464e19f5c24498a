export { aborted } from './aborted.ts';
export { type BackoffLimits, backoffMs, isTransient, retry } from './backoff.ts';
export {
  type ChannelNames,
  dataCoordTimeTickChannel,
  defaultChannelNames,
  deltaChannelOf,
  dmlChannel,
  parseVchannel,
  pchannelOf,
  vchannelName,
} from './channel-name.ts';
export { type WatchStateName, watchStateName, watchStates } from './channel-state.ts';
export type { Clock } from './clock.ts';
export { copyBytes } from './copy-bytes.ts';
export { copyWords, wordsAhead } from './copy-words.ts';
export { crc32 } from './crc32.ts';
export {
  Conflict,
  Corrupt,
  type ErrorDetails,
  type ErrorKind,
  Exhausted,
  errorOfKind,
  Fenced,
  Internal,
  Invalid,
  isKind,
  MillraceError,
  NotFound,
  Unavailable,
} from './errors.ts';
export { KeyedSerial } from './keyed-serial.ts';
export { type Logger, silentLogger } from './logger.ts';
export { Pace } from './pace.ts';
export { type AllocationCandidate, type AllocationPlan, planAllocation } from './policy/allocation.ts';
export {
  type AssignmentLimits,
  type ChannelDecision,
  type ChannelView,
  channelsToBalance,
  decideChannels,
} from './policy/channel-assignment.ts';
export {
  type CompactionDecision,
  type CompactionLimits,
  type CompactionReason,
  type CompactionTimes,
  type CompactionView,
  compactionTimes,
  type LogView,
  planCompactions,
  rewriteReason,
} from './policy/compaction.ts';
export { flushRetryMs, isStaleImport, type SealedView, sealedAction } from './policy/flushing.ts';
export { type DroppedView, isOrphan, type KeptBecause, keptBecause } from './policy/garbage.ts';
export { type GrowingView, type SealLimits, type SealReason, sealReason } from './policy/sealing.ts';
export { PollPace } from './poll-pace.ts';
export { earliestPosition, type Position } from './position.ts';
export { type Random, randomInt, seededRandom } from './random.ts';
export { runTogether } from './run-together.ts';
export {
  dataTypes,
  estimatedRowBytes,
  integerTypeParam,
  maxRowsOfSegment,
  type SizedField,
} from './schema-size.ts';
export {
  isDurable,
  isHealthy,
  type SegmentStateName,
  segmentStateName,
  segmentStates,
  segmentTransitions,
} from './segment-state.ts';
export { Semaphore } from './semaphore.ts';
export type { Service } from './service.ts';
export { shardOfInt64, shardOfVarchar } from './shard.ts';
export { canTransition, type TransitionTable, transition } from './state-machine.ts';
export {
  addMs,
  composeTimestamp,
  logicalMax,
  logicalPart,
  maxOf,
  minOf,
  physicalMs,
  type Timestamp,
  type UniqueID,
} from './timestamp.ts';
export { Wakeup } from './wakeup.ts';

export { decodeMessage, readInsert } from './dml/decode-message.ts';
export {
  encodeCreateCollection,
  encodeCreatePartition,
  encodeDataNodeTick,
  encodeDelete,
  encodeDropCollection,
  encodeDropPartition,
  encodeInsert,
  encodeTimeTick,
  type MessageOrigin,
} from './dml/encode-message.ts';
export type {
  CreateCollectionMessage,
  CreatePartitionMessage,
  DataNodeTickMessage,
  DeleteMessage,
  DmlMessage,
  DropCollectionMessage,
  DropPartitionMessage,
  InsertMessage,
  StreamMessage,
  TimeTickMessage,
  UnknownMessage,
} from './dml/message.ts';
export { FileStream, type FileStreamSettings } from './drivers/file.ts';
export { KafkaStream, type KafkaStreamSettings } from './drivers/kafka.ts';
export { MemoryStream, type MemoryStreamSettings } from './drivers/memory.ts';
export {
  defaultBatchBytesMax,
  defaultMessageBytesMax,
  type Message,
  type MessageID,
  type MessageStream,
  type PublishOptions,
  type ReadOptions,
  type StartFrom,
} from './message-stream.ts';
export { compareOffsets, offsetID, offsetOf } from './offset-id.ts';
export { openStream } from './open.ts';
export { ChannelDispatcher, type ChannelDispatcherSettings } from './tick/channel-dispatcher.ts';
export type { Pack } from './tick/pack.ts';
export type { DispatchRequest } from './tick/subscription.ts';
export { TickMerge, type TickMergeSettings } from './tick/tick-merge.ts';

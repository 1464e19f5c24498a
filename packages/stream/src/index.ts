export { MemoryStream, type MemoryStreamSettings } from './drivers/memory.ts';
export {
  defaultBatchBytesMax,
  defaultMessageBytesMax,
  type Message,
  type MessageID,
  type MessageStream,
  type ReadOptions,
  type StartFrom,
} from './message-stream.ts';
export { compareOffsets, offsetID, offsetOf } from './offset-id.ts';

export { type Hardware, type ReadHardware, realHardware } from './hardware.ts';
export { createLogger, describeError, type LogLevel, type ProcessLogger } from './log.ts';
export { metricTypeOf, systemInfoAsked } from './metrics-request.ts';
export {
  type CounterMetric,
  type HistogramMetric,
  latencyBuckets,
  Metrics,
  type Sample,
} from './operations/metrics.ts';
export { type ComponentHealth, Operations, type StateCode, stateCodes } from './operations/operations.ts';
export { serveOperations } from './operations/serve-operations.ts';
export { channelNamesOf, metaRootOf } from './options/derived.ts';
export { environmentName, loadOptions, type OptionSources, optionKeys } from './options/load-options.ts';
export { type OptionDefinition, type OptionKey, type Options, optionTable } from './options/option-table.ts';
export {
  advertisedHost,
  type ProcessContext,
  type ReadyMessage,
  readOptions,
  runProcess,
} from './process.ts';
export { realClock } from './real-clock.ts';
export { realRandom } from './real-random.ts';
export { type ByteCallOptions, ByteClient, NotSent } from './rpc/byte-client.ts';
export {
  type BidiStream,
  type ClientSettings,
  checked,
  connect,
  connectStreams,
  type RpcClient,
  type StreamClient,
} from './rpc/client.ts';
export { AnswerTooLarge, encodedAnswer, type LongContent } from './rpc/encoded-answer.ts';
export { clientMessageBytesMax } from './rpc/limits.ts';
export type {
  CallContext,
  CallOptions,
  ClientOf,
  HandlersOf,
  RequestOf,
  ResponseOf,
  ServiceDefinition,
  UnaryHandler,
} from './rpc/method.ts';
export { type AddressLookup, connectRole } from './rpc/reconnecting.ts';
export { RpcServer, type RpcServerSettings } from './rpc/server.ts';

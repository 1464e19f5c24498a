import type { ChannelOptions } from '@grpc/grpc-js';

/** Source: spec datacoord §11.4. */
export const serverMessageBytesMax = 512 * 1024 * 1024;
/** Largest answer, bytes, that a client of the original receives, and largest request that ours sends. Source: spec datacoord §11.5. */
export const clientMessageBytesMax = 100 * 1024 * 1024;
/** Answers of tens of megabytes cross two to four times faster than with the default window of 64 KiB. */
export const flowControlWindowBytes = 16 * 1024 * 1024;
/** Calls a client makes when none of its own deadlines is given. */
export const defaultDeadlineMs = 10_000;

/** How long a connection may be silent before its server asks whether it lives, and how long that may take. */
export const keepAliveMs = 60_000;
export const keepAliveTimeoutMs = 10_000;

export const clientOptions: ChannelOptions = {
  'grpc.max_receive_message_length': serverMessageBytesMax,
  'grpc.max_send_message_length': clientMessageBytesMax,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 3_000,
  'grpc-node.flow_control_window': flowControlWindowBytes,
  'grpc.enable_channelz': 0,
};

import type { internal, milvus } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';

/** An empty name: nothing is sent in such a channel, in the original neither. Source: spec datanode-and-formats §1.5. */
export function getStatisticsChannel(): UnaryHandler<
  internal.GetStatisticsChannelRequest,
  milvus.StringResponse
> {
  return () => ({});
}

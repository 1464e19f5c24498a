import { listSessions } from '@millrace/metastore';
import { common, milvus, rootcoord, type schema } from '@millrace/proto';
import { connect } from '@millrace/runtime';
import { EngineError } from '../../engines/engine.ts';
import type { Conversation } from '../conversation.ts';
import type { LiveCluster } from '../live-cluster.ts';
import { check } from './coordinator-client.ts';

/** The original ends when a request has none. */
const base = { msgType: common.MsgType.DescribeCollection };

export interface LiveCollection {
  readonly id: bigint;
  readonly channels: readonly string[];
  readonly schema: schema.CollectionSchema;
}

/** A collection that pymilvus creates, as RootCoord knows it. */
export async function createCollection(
  cluster: LiveCluster,
  user: Conversation,
  name: string,
  shards: number,
): Promise<LiveCollection> {
  const { collectionIDs } = await user.ask('create', { name, shards });
  const id = BigInt(Array.isArray(collectionIDs) ? String(collectionIDs[0]) : 0);
  const [session] = await listSessions(cluster.store, cluster.metaRoot, 'rootcoord');
  const rootCoord = connect(rootcoord.RootCoordService, session?.address ?? '');
  try {
    const described = await rootCoord.call.describeCollection(
      milvus.DescribeCollectionRequest.fromPartial({ base, collectionID: id }),
    );
    check('DescribeCollection', described.status);
    if (described.schema === undefined) throw new EngineError(`collection ${name} has no schema`);
    return { id, channels: described.virtualChannelNames, schema: described.schema };
  } finally {
    rootCoord.close();
  }
}

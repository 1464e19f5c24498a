import type { Clock, Logger, Timestamp, UniqueID } from '@millrace/core';
import { common } from '@millrace/proto';
import type { DataCoordBridge } from '@millrace/rootcoord-bridge';
import type { MessageStream } from '@millrace/stream';
import type { Catalog } from '../catalog/catalog.ts';
import type { ProxyCaches } from '../proxies/proxy-caches.ts';
import type { RootCoordSettings } from '../settings.ts';
import type { TickLedger } from '../tick/tick-ledger.ts';
import type { DdlQueue } from './ddl-queue.ts';

/** What DDL needs of DataCoord. */
export type DdlDataCoord = Pick<
  DataCoordBridge,
  'isConnected' | 'callWatchChannels' | 'callGcConfirm' | 'callBroadcastAlteredCollection'
>;

/** What the DDL calls act on. */
export interface DdlWorld {
  readonly settings: RootCoordSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly catalog: Catalog;
  readonly stream: MessageStream;
  readonly dataCoord: DdlDataCoord;
  readonly allocTimestamp: () => Promise<Timestamp>;
  readonly allocIDs: (count: number) => Promise<UniqueID>;
  readonly ledger: TickLedger;
  readonly proxies: Pick<ProxyCaches, 'expire'>;
  readonly queue: DdlQueue;
  readonly serverID: UniqueID;
  /** Aborts when the process stops. */
  readonly stopping: AbortSignal;
  /** Makes the reconciler look at once. */
  readonly wakeReconciler: () => void;
}

/** Appends the same message to each channel and returns its ids, channel by channel. */
export async function broadcast(
  stream: MessageStream,
  pchannels: readonly string[],
  payload: Uint8Array,
): Promise<common.KeyDataPair[]> {
  return Promise.all(
    pchannels.map(async (key) => {
      const [id = new Uint8Array()] = await stream.publish(key, [payload]);
      return common.KeyDataPair.fromPartial({ key, data: Buffer.from(id) });
    }),
  );
}

/** Allocates a timestamp and sends what carries it, while no time tick reaches it. */
export async function withDdlTimestamp<T>(
  world: Pick<DdlWorld, 'ledger' | 'allocTimestamp'>,
  send: (timestamp: Timestamp) => Promise<T>,
): Promise<T> {
  const hold = world.ledger.hold();
  try {
    return await send(hold.stamp(await world.allocTimestamp()));
  } finally {
    hold.release();
  }
}

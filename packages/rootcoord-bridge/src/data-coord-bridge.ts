import {
  type BackoffLimits,
  type Clock,
  errorOfKind,
  isKind,
  type Logger,
  MillraceError,
  type Random,
  retry,
  type Timestamp,
  type UniqueID,
} from '@millrace/core';
import { common, data } from '@millrace/proto';
import type { CallOptions, ClientOf } from '@millrace/runtime';
import { ConnectionGate } from './connection-gate.ts';
import { panicsAsErrors, requireSuccess } from './seed-errors.ts';

/** What the bridge calls: a client of one address, or one that looks the address up (`dataCoordOf`). */
export type DataCoordClient = ClientOf<typeof data.DataCoordService>;

/** What a RootCoord lends its bridge. */
export interface DataCoordBridgeComponents {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** One timestamp of the oracle. Stamped on the requests whose `base` the interface stamps. */
  readonly allocTimestamp: () => Promise<Timestamp>;
  /** Id of the RootCoord that calls: `base.sourceID`. */
  readonly serverID: UniqueID;
}

/** What Milvus 2.2 sends besides the channels of a new collection. Both may be missing: the interface before it sends neither. */
export interface WatchChannelsDetails {
  /** Physical channel → id of the CreateCollection message in it. */
  readonly startPositions?: readonly common.KeyDataPair[];
  /** With the system fields. */
  readonly schema?: data.WatchChannelsRequest['schema'];
}

/** Waiting for the connection and the call together. */
const defaultDeadlineMs = 10_000;
const connecting: BackoffLimits = { firstMs: 100, maxMs: 3_000, attempts: Number.POSITIVE_INFINITY };
/** What Milvus' clients do while a coordinator answers that it does not serve yet. Source: spec live-cluster, section b. */
const notServing: BackoffLimits = { firstMs: 50, maxMs: 1_000, attempts: 10 };

/**
 * What a RootCoord holds to drive a DataCoord. Every call waits until `setDataCoord` has reached one, bounded by its own signal and
 * deadline. A failing answer is thrown as an error with the interface's text; so is a panic (anything thrown that is no error of ours).
 */
export class DataCoordBridge {
  private readonly components: DataCoordBridgeComponents;
  private readonly gate: ConnectionGate<DataCoordClient>;

  constructor(components: DataCoordBridgeComponents) {
    this.components = components;
    this.gate = new ConnectionGate('datacoord', components.clock);
  }

  /** Whether `setDataCoord` has reached one. It stays true when that DataCoord goes away: calls find out. */
  get isConnected(): boolean {
    return this.gate.isOpen;
  }

  /**
   * Reaches the DataCoord, however long it takes, then lets the calls through. A later one replaces it. A client that looks its address
   * up (`dataCoordOf`) follows a DataCoord that moves. Rejects with Unavailable when the signal aborts first.
   */
  async setDataCoord(dataCoord: DataCoordClient, signal: AbortSignal): Promise<void> {
    const { log } = this.components;
    await retry(
      this.components,
      connecting,
      signal,
      async (attempt) => {
        try {
          await dataCoord.getComponentStates({}, { signal });
        } catch (error) {
          log.debug({ attempt, error }, 'datacoord not reached yet');
          throw error;
        }
      },
      () => true,
    );
    this.gate.open(dataCoord);
    log.info({}, 'connected to datacoord');
  }

  /** Paths of the insert binlogs of one field of a segment. NotFound when there is none. */
  callGetBinlogFilePaths(
    segmentID: UniqueID,
    fieldID: UniqueID,
    options: CallOptions = {},
  ): Promise<string[]> {
    return panicsAsErrors('get bin log file paths', async () => {
      const { dataCoord, remaining } = await this.connected(options);
      const base = await this.stampedBase();
      const answer = await dataCoord.getInsertBinlogPaths({ base, segmentID }, remaining());
      requireSuccess(answer.status, 'getInsertBinlogPaths from data service failed, error = ');
      const paths = answer.fieldIDs.flatMap((id, i) => (id === fieldID ? valuesAt(answer.paths, i) : []));
      if (paths.length > 0) return paths;
      throw errorOfKind(
        'not-found',
        `binlog file does not exist, segment id = ${segmentID}, field id = ${fieldID}`,
      );
    });
  }

  /** Rows of a segment; 0 while it is not flushed, unless the caller asks from the flushed channel. DataCoord fails for an unknown one. */
  callGetNumRows(
    segmentID: UniqueID,
    isFromFlushedChannel: boolean,
    options: CallOptions = {},
  ): Promise<bigint> {
    return panicsAsErrors('get num rows', async () => {
      const { dataCoord, remaining } = await this.connected(options);
      const base = await this.stampedBase();
      const answer = await dataCoord.getSegmentInfo({ base, segmentIDs: [segmentID] }, remaining());
      requireSuccess(answer.status, 'getSegmentInfo from data service failed, error = ');
      const [info] = answer.infos;
      if (info === undefined || answer.infos.length !== 1) {
        this.components.log.debug({ segmentID }, 'get segment info empty');
        return 0n;
      }
      if (!isFromFlushedChannel && info.state !== common.SegmentState.Flushed) {
        this.components.log.debug({ segmentID }, 'segment id not flushed');
        return 0n;
      }
      return info.numOfRows;
    });
  }

  /** Ids of the flushed segments of a partition; every partition's for a negative id. */
  callGetFlushedSegments(
    collectionID: UniqueID,
    partitionID: UniqueID,
    options: CallOptions = {},
  ): Promise<UniqueID[]> {
    return panicsAsErrors('get flushed segments from data coord', async () => {
      const { dataCoord, remaining } = await this.connected(options);
      const answer = await dataCoord.getFlushedSegments(
        { base: this.base(), collectionID, partitionID },
        remaining(),
      );
      requireSuccess(answer.status, 'get flushed segments from data coord failed, reason = ');
      return answer.segments;
    });
  }

  /** Has the virtual channels of a collection consumed. Waits out a DataCoord that starts. No `base`, as the original. */
  callWatchChannels(
    collectionID: UniqueID,
    channelNames: readonly string[],
    details: WatchChannelsDetails = {},
    options: CallOptions = {},
  ): Promise<void> {
    return panicsAsErrors('watch channels', () =>
      this.whenServing(options, async (dataCoord, remaining) => {
        const answer = await dataCoord.watchChannels(
          {
            collectionID,
            channelNames: [...channelNames],
            startPositions: [...(details.startPositions ?? [])],
            ...(details.schema === undefined ? {} : { schema: details.schema }),
          },
          remaining(),
        );
        requireSuccess(answer.status, 'data coord watch channels failed, reason = ');
      }),
    );
  }

  /** Gives an import task to a node. Never rejects: every failure is the status of the answer. */
  async callImport(
    request: Partial<data.ImportTaskRequest>,
    options: CallOptions = {},
  ): Promise<data.ImportTaskResponse> {
    try {
      const { dataCoord, remaining } = await this.connected(options);
      return await dataCoord.import(request, remaining());
    } catch (error) {
      const reason =
        error instanceof MillraceError ? error.message : 'assign import task to data coord panic';
      return data.ImportTaskResponse.fromPartial({
        status: { errorCode: common.ErrorCode.UnexpectedError, reason },
      });
    }
  }

  /** Seals and flushes segments of a collection. */
  callFlushOnCollection(
    collectionID: UniqueID,
    segmentIDs: readonly UniqueID[],
    options: CallOptions & { readonly isImport?: boolean } = {},
  ): Promise<void> {
    return panicsAsErrors('flush on collection', async () => {
      const { dataCoord, remaining } = await this.connected(options);
      const base = { ...this.base(), msgType: common.MsgType.Flush };
      const request = {
        base,
        dbID: 0n,
        segmentIDs: [...segmentIDs],
        collectionID,
        isImport: options.isImport ?? false,
      };
      const answer = await dataCoord.flush(request, remaining()).catch(failedToCallFlush);
      requireSuccess(answer.status, '');
      this.components.log.info({ collectionID }, 'flush on collection succeed');
    });
  }

  /** Whether DataCoord keeps nothing of a partition any more; partition -1 stands for the whole collection. Source: Milvus 2.2.8. */
  callGcConfirm(collectionID: UniqueID, partitionID: UniqueID, options: CallOptions = {}): Promise<boolean> {
    return panicsAsErrors('gc confirm', () =>
      this.whenServing(options, async (dataCoord, remaining) => {
        const answer = await dataCoord.gcConfirm(
          { collectionId: collectionID, partitionId: partitionID },
          remaining(),
        );
        requireSuccess(answer.status, 'gc confirm by data coord failed, reason = ');
        return answer.gcFinished;
      }),
    );
  }

  /** Tells DataCoord the new properties of a collection. Source: Milvus 2.2.8. */
  callBroadcastAlteredCollection(
    request: Partial<data.AlterCollectionRequest>,
    options: CallOptions = {},
  ): Promise<void> {
    return panicsAsErrors('broadcast altered collection', () =>
      this.whenServing(options, async (dataCoord, remaining) => {
        requireSuccess(await dataCoord.broadcastAlteredCollection(request, remaining()), '');
      }),
    );
  }

  /** State of each segment, in the order asked. Source: Milvus 2.2.8. */
  callGetSegmentStates(
    segmentIDs: readonly UniqueID[],
    options: CallOptions = {},
  ): Promise<readonly data.SegmentStateInfo[]> {
    return panicsAsErrors('get segment states', async () => {
      const { dataCoord, remaining } = await this.connected(options);
      const answer = await dataCoord.getSegmentStates({ segmentIDs: [...segmentIDs] }, remaining());
      requireSuccess(answer.status, 'get segment states from data coord failed, reason = ');
      return answer.states;
    });
  }

  /** Makes imported segments ordinary ones. Waits out a DataCoord that starts. Source: Milvus 2.2.8. */
  callUnsetIsImportingState(segmentIDs: readonly UniqueID[], options: CallOptions = {}): Promise<void> {
    return panicsAsErrors('unset isImporting state', () =>
      this.whenServing(options, async (dataCoord, remaining) => {
        const answer = await dataCoord.unsetIsImportingState({ segmentIds: [...segmentIDs] }, remaining());
        requireSuccess(answer, 'unset isImporting state by data coord failed, reason = ');
      }),
    );
  }

  /** Drops segments, whatever their state; unknown ones are gone already. Waits out a DataCoord that starts. Source: Milvus 2.2.8. */
  callMarkSegmentsDropped(segmentIDs: readonly UniqueID[], options: CallOptions = {}): Promise<void> {
    return panicsAsErrors('mark segments dropped', () =>
      this.whenServing(options, async (dataCoord, remaining) => {
        const answer = await dataCoord.markSegmentsDropped({ segmentIds: [...segmentIDs] }, remaining());
        requireSuccess(answer, 'mark segments dropped by data coord failed, reason = ');
      }),
    );
  }

  private base(): common.MsgBase {
    return common.MsgBase.fromPartial({ sourceID: this.components.serverID });
  }

  private async stampedBase(): Promise<common.MsgBase> {
    return { ...this.base(), timestamp: await this.components.allocTimestamp() };
  }

  private async connected(
    options: CallOptions,
  ): Promise<{ dataCoord: DataCoordClient; remaining: () => CallOptions }> {
    const { clock } = this.components;
    const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    const end = clock.monotonic() + deadlineMs;
    const dataCoord = await this.gate.wait({ signal: options.signal, deadlineMs });
    const remaining = () => ({
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      deadlineMs: Math.max(1, end - clock.monotonic()),
    });
    return { dataCoord, remaining };
  }

  /** Repeats a call that is answered with "not serving yet" as Milvus' clients do. Only for calls that may come twice. */
  private async whenServing<T>(
    options: CallOptions,
    call: (dataCoord: DataCoordClient, remaining: () => CallOptions) => Promise<T>,
  ): Promise<T> {
    const { dataCoord, remaining } = await this.connected(options);
    const { signal, deadlineMs = defaultDeadlineMs } = remaining();
    const done = new AbortController();
    const stop = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
    const work = retry(this.components, notServing, stop, () => call(dataCoord, remaining), isNotReady);
    // The deadline covers the pauses too.
    const expiry = this.components.clock.sleep(deadlineMs, stop).then((expired) => {
      if (expired) done.abort();
    });
    try {
      return await work;
    } finally {
      done.abort();
      await expiry;
    }
  }
}

function isNotReady(error: unknown): boolean {
  return isKind(error, 'unavailable') && error.milvusCode === 'NotReadyServe';
}

function failedToCallFlush(error: unknown): never {
  if (!(error instanceof MillraceError)) throw error;
  throw errorOfKind(error.kind, `failed to call flush to data coordinator: ${error.message}`, {
    cause: error,
  });
}

function valuesAt(paths: data.GetInsertBinlogPathsResponse['paths'], index: number): readonly string[] {
  const list = paths[index];
  // Go's index out of range: a panic there, the panic's words here.
  if (list === undefined) throw new Error(`index out of range [${index}] with length ${paths.length}`);
  return list.values;
}

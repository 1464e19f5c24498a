import {
  type Column,
  columnOf,
  encodeInsertLog,
  encodeStatsLog,
  fieldShape,
  summarizeKeys,
} from '@millrace/binlog';
import {
  composeTimestamp,
  maxOf,
  minOf,
  type Position,
  parseVchannel,
  silentLogger,
  type Timestamp,
} from '@millrace/core';
import {
  common,
  data,
  type dataService,
  internal,
  legacy,
  type rootcoord,
  type schema,
} from '@millrace/proto';
import { type ClientOf, checked, RpcServer, realClock } from '@millrace/runtime';
import { insertLogKey, type ObjectStore, statsLogKey } from '@millrace/storage';
import {
  ChannelDispatcher,
  encodeTimeTick,
  type MessageStream,
  type Pack,
  readInsert,
} from '@millrace/stream';

/** What an old-style node stands on: the services it calls, the log it reads and the objects it writes. */
export interface OldStyleNodeWorld {
  readonly dataService: ClientOf<typeof dataService.DataServiceService>;
  readonly dataCoord: ClientOf<typeof data.DataCoordService>;
  readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  readonly stream: MessageStream;
  readonly objects: ObjectStore;
  readonly objectRoot: string;
  /** Of the one collection it is used with: an int64 key and vectors of floats, beside the system fields. */
  readonly fields: readonly schema.FieldSchema[];
}

interface Buffered {
  readonly inserts: internal.InsertRequest[];
  rows: number;
  readonly start: Position;
}

/**
 * A data node as it was before DataCoord: it registers, is told what to read and where to publish, keeps rows in memory, and writes a segment
 * when it is told to flush it. No session, no metastore.
 */
export class OldStyleNode {
  nodeID = 0n;
  readonly watched = new Set<string>();
  private readonly world: OldStyleNodeWorld;
  private readonly server = new RpcServer({ log: silentLogger, host: '127.0.0.1' });
  private readonly stopped = new AbortController();
  private readonly segments = new Map<bigint, Buffered>();
  private readonly toFlush = new Set<bigint>();
  private readonly reading: Promise<void>[] = [];
  private statistics = '';
  private ticks = '';

  constructor(world: OldStyleNodeWorld) {
    this.world = world;
  }

  /** Serves, then registers. */
  async start(): Promise<void> {
    this.server.add(legacy.DataNodeService, {
      getComponentStates: () => ({
        state: legacy.ComponentInfo.fromPartial({ stateCode: legacy.StateCode.HEALTHY }),
      }),
      start: () => ({}),
      watchDdChannel: () => ({}),
      setTimeTickChannel: ({ channelID }) => {
        this.ticks = channelID;
        return {};
      },
      setStatsChannel: ({ channelID }) => {
        this.statistics = channelID;
        return {};
      },
      watchDmChannels: ({ channelNames }) => {
        for (const vchannel of channelNames) this.watch(vchannel);
        return {};
      },
      flushSegments: ({ segmentIDs }) => {
        for (const segmentID of segmentIDs) this.toFlush.add(segmentID);
        return {};
      },
    });
    const port = await this.server.listen(0);
    const address = { ip: '127.0.0.1', port: BigInt(port) };
    const { initParams } = checked(await this.world.dataService.registerNode({ address }));
    this.nodeID = initParams?.nodeID ?? 0n;
  }

  /** Ends without a word, as a killed process. Rejects with what went wrong while it read. */
  async kill(): Promise<void> {
    this.stopped.abort();
    await this.server.stop();
    await Promise.all(this.reading);
  }

  private watch(vchannel: string): void {
    if (this.watched.has(vchannel)) return;
    this.watched.add(vchannel);
    this.reading.push(this.read(vchannel));
  }

  private async read(vchannel: string): Promise<void> {
    const { pchannel, collectionID } = parseVchannel(vchannel);
    const { signal } = this.stopped;
    const dispatcher = new ChannelDispatcher({ stream: this.world.stream });
    const request = { vchannel, pchannel, collectionID, from: undefined, subscription: 'old', signal };
    for await (const pack of dispatcher.packs(request)) {
      for (const message of pack.messages)
        if (message.kind === 'insert' && message.shardName === vchannel)
          this.keep(readInsert(message.payload), pack);
      await this.report(pack.endTs);
      for (const segmentID of this.toFlush) await this.write(segmentID, vchannel, pack.endPosition);
    }
  }

  private keep(insert: internal.InsertRequest, { startPosition, endPosition }: Pack): void {
    const start = startPosition ?? endPosition;
    const buffered = this.segments.get(insert.segmentID) ?? { inserts: [], rows: 0, start };
    buffered.inserts.push(insert);
    buffered.rows += Number(insert.numRows);
    this.segments.set(insert.segmentID, buffered);
  }

  /** The rows first, then the time that covers them. */
  private async report(timestamp: Timestamp): Promise<void> {
    const { stream } = this.world;
    if (this.segments.size > 0) {
      const message = legacy.SegmentStatistics.fromPartial({
        base: { msgType: common.MsgType.SegmentStatistics, timestamp, sourceID: this.nodeID },
        SegStats: Array.from(this.segments, ([SegmentID, { rows }]) => ({
          SegmentID,
          NumRows: BigInt(rows),
        })),
      });
      await stream.publish(this.statistics, [legacy.SegmentStatistics.encode(message).finish()]);
    }
    await stream.publish(this.ticks, [encodeTimeTick(timestamp, this.nodeID)]);
  }

  private async write(segmentID: bigint, vchannel: string, end: Position): Promise<void> {
    const buffered = this.segments.get(segmentID);
    const [first] = buffered?.inserts ?? [];
    if (buffered === undefined || first === undefined) return;
    const { collectionID, partitionID } = first;
    const owner = { collectionID, partitionID, segmentID };
    const { objects, objectRoot, fields, rootCoord, dataCoord } = this.world;
    const timestamps = buffered.inserts.flatMap((insert) => insert.timestamps);
    const range = {
      headerTimestamp: composeTimestamp(realClock.now()),
      startTimestamp: timestamps.reduce(minOf),
      endTimestamp: timestamps.reduce(maxOf),
    };
    const { ID: firstID } = checked(await rootCoord.allocId({ count: fields.length + 1 }));
    const put = async (fieldID: bigint, logID: bigint, kind: 'insert' | 'stats', chunks: Uint8Array[]) => {
      const log = { ...owner, fieldID, logID };
      const logPath = kind === 'insert' ? insertLogKey(objectRoot, log) : statsLogKey(objectRoot, log);
      await objects.put(logPath, chunks);
      return data.FieldBinlog.fromPartial({
        fieldID,
        binlogs: [
          {
            logPath,
            entriesNum: kind === 'insert' ? BigInt(buffered.rows) : 0n,
            logSize: BigInt(chunks.reduce((sum, { length }) => sum + length, 0)),
            timestampFrom: range.startTimestamp,
            timestampTo: range.endTimestamp,
          },
        ],
      });
    };
    const field2BinlogPaths: data.FieldBinlog[] = [];
    const field2StatslogPaths: data.FieldBinlog[] = [];
    for (const [at, field] of fields.entries()) {
      const column = columnOfField(field, buffered);
      const { fieldID, dataType } = field;
      const log = { ...owner, ...range, fieldID, dataType, column };
      field2BinlogPaths.push(await put(fieldID, firstID + BigInt(at), 'insert', encodeInsertLog(log)));
      if (field.isPrimaryKey)
        field2StatslogPaths.push(
          await put(fieldID, firstID + BigInt(fields.length), 'stats', [
            encodeStatsLog(fieldID, summarizeKeys('int64', column)),
          ]),
        );
    }
    const position = (of: Position): internal.MsgPosition =>
      internal.MsgPosition.fromPartial({ ...of, channelName: vchannel, msgID: Buffer.from(of.msgID) });
    checked(
      await dataCoord.saveBinlogPaths({
        base: common.MsgBase.fromPartial({ sourceID: this.nodeID }),
        ...owner,
        field2BinlogPaths,
        field2StatslogPaths,
        startPositions: [{ segmentID, startPosition: position(buffered.start) }],
        checkPoints: [{ segmentID, position: position(end), numOfRows: BigInt(buffered.rows) }],
        flushed: true,
      }),
    );
    this.segments.delete(segmentID);
    this.toFlush.delete(segmentID);
  }
}

/** The values of a field, message after message; the system fields come beside the columns. */
function columnOfField(field: schema.FieldSchema, { inserts, rows }: Buffered): Column {
  const bytes = inserts.flatMap((insert) => {
    if (field.fieldID === 0n) return [Buffer.from(BigInt64Array.from(insert.rowIDs).buffer)];
    if (field.fieldID === 1n) return [Buffer.from(BigUint64Array.from(insert.timestamps).buffer)];
    const values = insert.fieldsData.find(({ fieldId }) => fieldId === field.fieldID)?.field;
    if (values?.$case === 'vectors' && values.value.data?.$case === 'floatVector')
      return [Buffer.from(Float32Array.from(values.value.data.value.data).buffer)];
    if (values?.$case === 'scalars' && values.value.data?.$case === 'longData')
      return [Buffer.from(BigInt64Array.from(values.value.data.value.data).buffer)];
    throw new Error(`field ${field.fieldID} has no values`);
  });
  return columnOf(fieldShape(field), rows, Buffer.concat(bytes));
}

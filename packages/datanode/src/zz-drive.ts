import { decodeDeltaLog, decodeInsertLog } from '@millrace/binlog';
import { pchannelOf } from '@millrace/core';
import { discover, openMetaStore } from '@millrace/metastore';
import { common, data, internal, milvus, rootcoord, schema } from '@millrace/proto';
import { checked, connect, createLogger, readOptions, realClock } from '@millrace/runtime';
import { openObjectStore } from '@millrace/storage';
import { encodeDelete, encodeInsert, openStream } from '@millrace/stream';

const options = readOptions(process.argv.slice(2), {});
const log = createLogger('drive');
const store = await openMetaStore(options, { clock: realClock, log });
const stream = await openStream(options, { clock: realClock, log });
const objects = await openObjectStore(options);
const rc = connect(
  rootcoord.RootCoordService,
  (await discover(store, 'by-dev/meta', 'rootcoord'))!.address,
).call;
const dc = connect(data.DataCoordService, (await discover(store, 'by-dev/meta', 'datacoord'))!.address).call;
const name = 'c' + Date.now();
const { DataType } = schema;
const sch = schema.CollectionSchema.fromPartial({
  name,
  fields: [
    { name: 'pk', isPrimaryKey: true, dataType: DataType.Int64 },
    { name: 'v', dataType: DataType.FloatVector, typeParams: [{ key: 'dim', value: '128' }] },
  ],
});
checked(
  await rc.createCollection({
    base: common.MsgBase.fromPartial({ msgType: 100 }),
    collectionName: name,
    schema: Buffer.from(schema.CollectionSchema.encode(sch).finish()),
    shardsNum: 2,
  }),
);
const d = checked(
  await rc.describeCollection({ base: common.MsgBase.fromPartial({ msgType: 103 }), collectionName: name }),
);
console.log('collection', d.collectionID, d.virtualChannelNames);
const parts = checked(
  await rc.showPartitions({ base: common.MsgBase.fromPartial({ msgType: 204 }), collectionName: name }),
);
const partitionID = parts.partitionIDs[0]!;
let total = 0;
const perBatch = Number(process.env.ROWS ?? 1000);
const batches = Number(process.env.BATCHES ?? 20);
const t0 = Date.now();
let lastTs = 0n;
const segs = new Set<bigint>();
for (let b = 0; b < batches; b++) {
  const vchannel = d.virtualChannelNames[b % 2]!;
  const ids = checked(
    await rc.allocId({ base: common.MsgBase.fromPartial({ msgType: 1203 }), count: perBatch }),
  );
  const ts = checked(
    await rc.allocTimestamp({ base: common.MsgBase.fromPartial({ msgType: 1204 }), count: 1 }),
  );
  const a = checked(
    await dc.assignSegmentId({
      nodeID: 99n,
      peerRole: 'proxy',
      segmentIDRequests: [
        data.SegmentIDRequest.fromPartial({
          count: perBatch,
          channelName: vchannel,
          collectionID: d.collectionID,
          partitionID,
        }),
      ],
    }),
  );
  const seg = a.segIDAssignments[0]!;
  if (seg.status?.errorCode) throw new Error(seg.status.reason);
  segs.add(seg.segID);
  const keys = Array.from({ length: perBatch }, (_, i) => BigInt(total + i));
  await stream.publish(pchannelOf(vchannel), [
    encodeInsert(
      { msgID: ids.ID, timestamp: ts.timestamp, sourceID: 99n },
      {
        shardName: vchannel,
        collectionID: d.collectionID,
        partitionID,
        segmentID: seg.segID,
        timestamps: keys.map(() => ts.timestamp),
        rowIDs: keys.map((_, i) => ids.ID + BigInt(i)),
        numRows: BigInt(perBatch),
        version: 1,
        fieldsData: [
          {
            type: 5,
            fieldName: 'pk',
            fieldId: 100n,
            field: { $case: 'scalars', value: { data: { $case: 'longData', value: { data: keys } } } },
          },
          {
            type: 101,
            fieldName: 'v',
            fieldId: 101n,
            field: {
              $case: 'vectors',
              value: {
                dim: 128n,
                data: {
                  $case: 'floatVector',
                  value: { data: keys.flatMap((k) => Array.from({ length: 128 }, () => Math.random())) },
                },
              },
            },
          },
        ],
      },
    ),
  ]);
  total += perBatch;
  lastTs = ts.timestamp;
}
console.log('published', total, 'in', Date.now() - t0, 'ms');
for (const vchannel of d.virtualChannelNames) {
  const ts = checked(
    await rc.allocTimestamp({ base: common.MsgBase.fromPartial({ msgType: 1204 }), count: 1 }),
  ).timestamp;
  await stream.publish(pchannelOf(vchannel), [
    encodeDelete(
      { msgID: ts, timestamp: ts, sourceID: 99n },
      {
        collectionID: d.collectionID,
        partitionID: -1n,
        timestamps: [ts, ts],
        numRows: 2n,
        primaryKeys: { idField: { $case: 'intId', value: { data: [5n, 1_000_000n] } } },
      },
    ),
  ]);
}
const f = checked(await dc.flush({ collectionID: d.collectionID }));
console.log('flush', f.segmentIDs, f.flushSegmentIDs);
const t1 = Date.now();
for (;;) {
  const s = checked(await dc.getFlushState({ segmentIDs: f.segmentIDs }));
  if (s.flushed) break;
  if (Date.now() - t1 > 30000) throw new Error('not flushed');
  await new Promise((r) => setTimeout(r, 20));
}
console.log('flushed in', Date.now() - t1, 'ms');
const infos = checked(await dc.getSegmentInfo({ segmentIDs: [...segs], includeUnHealthy: true })).infos;
const keys = new Set<bigint>();
let dels = 0;
for (const i of infos) {
  for (const fb of i.binlogs.filter((x) => x.fieldID === 100n))
    for (const bl of fb.binlogs) {
      const { column } = decodeInsertLog(await objects.get(bl.logPath));
      const b = Buffer.from(column.values);
      for (let r = 0; r < column.rows; r++) {
        const k = b.readBigInt64LE(8 * r);
        if (keys.has(k)) throw new Error('dup ' + k);
        keys.add(k);
      }
    }
  for (const fb of i.deltalogs)
    for (const bl of fb.binlogs) dels += decodeDeltaLog(await objects.get(bl.logPath)).deletes.length;
  console.log(i.ID, i.state, i.numOfRows, i.dmlPosition?.timestamp);
}
console.log('rows read back', keys.size, 'of', total, 'deletes', dels);
if (process.env.DROP) {
  checked2(
    await rc.dropCollection({ base: common.MsgBase.fromPartial({ msgType: 101 }), collectionName: name }),
  );
  await new Promise((r) => setTimeout(r, 2500));
  const x = await dc.getSegmentInfo({ segmentIDs: [...segs], includeUnHealthy: true });
  console.log(
    'after drop',
    x.infos.map((i) => i.state),
  );
}
function checked2(s: common.Status) {
  if (s.errorCode) throw new Error(s.reason);
}
process.exit(0);

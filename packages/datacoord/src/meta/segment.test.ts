import { readFileSync } from 'node:fs';
import { composeTimestamp, segmentStates } from '@millrace/core';
import { data } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionAt } from '../testing/harness.ts';
import { anyPosition, anySegment, aSegment, fieldLogs } from '../testing/segments.ts';
import { asRead } from './scan-record.ts';
import { Segment, segmentInfo } from './segment.ts';
import { ownPlace } from './slab.ts';

function stored(bytes: Uint8Array): Segment {
  const place = ownPlace(bytes.length);
  place.slab.bytes.set(bytes);
  return new Segment(place, asRead);
}

describe('a segment', () => {
  it('says what the message in its bytes says', () => {
    fc.assert(
      fc.property(anySegment, (segment) => {
        const { slab, start, end } = segment.record;
        const message = data.SegmentInfo.decode(slab.bytes.subarray(start, end));
        expect({
          id: segment.id,
          channel: segment.channel,
          state: segment.state,
          maxRows: segment.maxRows,
          lastExpireTime: segment.lastExpireTime,
          startPosition: segment.startPosition,
          dmlPosition: segment.dmlPosition,
          createdByCompaction: segment.createdByCompaction,
          compactionFrom: [...segment.compactionFrom],
          droppedAt: segment.droppedAt,
          isImporting: segment.isImporting,
          isFake: segment.isFake,
          hasPosition: segment.hasPosition,
          readFromTimestamp: segment.readFromTimestamp,
          hasInsertLogs: segment.hasInsertLogs,
          logBytes: segment.logBytes,
        }).toEqual({
          id: message.ID,
          channel: message.insertChannel,
          state: message.state,
          maxRows: Number(message.maxRowNum),
          lastExpireTime: message.lastExpireTime,
          startPosition: message.startPosition,
          dmlPosition: message.dmlPosition,
          createdByCompaction: message.createdByCompaction,
          compactionFrom: message.compactionFrom,
          droppedAt: message.droppedAt,
          isImporting: message.isImporting,
          isFake: message.isFake,
          hasPosition: message.startPosition !== undefined || message.dmlPosition !== undefined,
          readFromTimestamp: (message.dmlPosition ?? message.startPosition)?.timestamp ?? 0n,
          hasInsertLogs: message.binlogs.length > 0,
          logBytes: [...message.binlogs, ...message.statslogs, ...message.deltalogs]
            .flatMap(({ binlogs }) => binlogs)
            .reduce((sum, { logSize }) => sum + Number(logSize), 0),
        });
        const logs = (list: readonly { readonly bytes: Uint8Array }[]) =>
          list.map(({ bytes }) => data.FieldBinlog.decode(bytes));
        expect(logs(segment.logs.insert)).toEqual(message.binlogs);
        expect(logs(segment.logs.stats)).toEqual(message.statslogs);
        expect(logs(segment.logs.delta)).toEqual(message.deltalogs);
      }),
    );
  });

  it('counts its rows by the first field of its insert logs where every log says how many', () => {
    const counted = (...entries: bigint[]) =>
      aSegment(7n, {
        rows: 3,
        logs: {
          insert: [
            fieldLogs(
              0n,
              entries.map((entriesNum) => ({ entriesNum, logID: 1n })),
            ),
            fieldLogs(100n, [{ entriesNum: 999n, logID: 2n }]),
          ],
          stats: [],
          delta: [],
        },
      }).rows;
    expect(counted(10n, 20n)).toBe(30);
    expect(counted(10n, 0n)).toBe(3);
    expect(counted()).toBe(3);
    expect(aSegment(7n, { rows: 3, logs: { insert: [], stats: [], delta: [] } }).rows).toBe(3);
  });

  it('is another one with a change, and itself without', () => {
    fc.assert(
      fc.property(anySegment, anyPosition, (segment, dmlPosition) => {
        expect(segment.with({})).toBe(segment);
        const moved = segment.with({ dmlPosition });
        expect(moved.dmlPosition).toEqual(dmlPosition);
        expect(moved.with({ dmlPosition })).toBe(moved);
        expect(segmentInfo(moved.with({ dmlPosition: segment.dmlPosition }), 'files')).toEqual(
          segmentInfo(segment, 'files'),
        );
        expect(moved.with({ logs: moved.logs })).toBe(moved);
      }),
    );
  });

  it('keeps what it does not know of when something else changes', () => {
    const later = Buffer.from('b2060568656c6c6f', 'hex'); // field 102: a text
    const before = aSegment(7n);
    const read = stored(Buffer.concat([before.head, later]));
    const dropped = read.with({ state: segmentStates.dropped, droppedAt: 5n });
    expect(Buffer.from(dropped.head).includes(later)).toBe(true);
    expect(dropped.with({ state: segmentStates.flushed, droppedAt: 0n }).head).toEqual(read.head);
  });

  it('is refused as Corrupt when its bytes are cut', () => {
    const { head } = aSegment(7n);
    expect(() => stored(head.subarray(0, -1))).toThrow(expect.objectContaining({ kind: 'corrupt' }));
  });

  it('of a real Milvus stays byte for byte but for what was changed', () => {
    const golden: readonly { readonly key: string; readonly value: string }[] = JSON.parse(
      readFileSync(new URL('../../../metastore/fixtures/etcd.json', import.meta.url), 'utf8'),
    );
    const heads = golden.filter(({ key }) => key.includes('/datacoord-meta/s/'));
    expect(heads.length).toBeGreaterThan(0);
    for (const { value } of heads) {
      const bytes = Buffer.from(value, 'base64');
      const segment = stored(bytes);
      expect(Buffer.from(segment.head).equals(bytes)).toBe(true);
      expect(segment.with({ state: segment.state, dmlPosition: segment.dmlPosition })).toBe(segment);
      const position = positionAt(composeTimestamp(5_000));
      const back = segment.with({ dmlPosition: position }).with({ dmlPosition: segment.dmlPosition });
      expect(Buffer.from(back.head).equals(bytes)).toBe(true);
    }
  });
});

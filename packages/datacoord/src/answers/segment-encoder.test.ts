import { data, WireFields } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asRead } from '../meta/scan-record.ts';
import { Segment, segmentInfo } from '../meta/segment.ts';
import { ownPlace } from '../meta/slab.ts';
import { anySegment, aSegment, fieldLogs } from '../testing/segments.ts';
import { AnswerBuffer } from './answer-buffer.ts';
import { type Form, SegmentEncoder } from './segment-encoder.ts';

const roots = fc.constantFrom(
  'files',
  '',
  'a/rather/long/root/of/objects/that/makes/paths/of/more/than/127/bytes',
);

/** What an encoder wrote of an item behind its tag and length, after checking these and that it takes what was counted. */
function content<Item>(root: string, item: Item, formOf: (encoder: SegmentEncoder) => Form<Item>): Buffer {
  const form = formOf(new SegmentEncoder(root));
  const bytes = form.bytes(item);
  const out = new AnswerBuffer(bytes);
  form.put(item, out);
  expect(out.at).toBe(bytes);
  const [field] = fieldsOf(out.written);
  expect(field).toMatchObject({ number: 2, wireType: 2, valueEnd: bytes });
  return Buffer.from(field?.content() ?? []);
}

function fieldsOf(bytes: Uint8Array): WireFields[] {
  const field = new WireFields(bytes);
  return field.next() ? [field] : [];
}

const tag = 0x12;

describe('the encoder of segments', () => {
  it('writes for GetRecoveryInfoV2 byte for byte what encoding the message gives', () => {
    fc.assert(
      fc.property(anySegment, roots, (segment, root) => {
        const { ID, partitionID, collectionID, insertChannel, numOfRows, binlogs, statslogs, deltalogs } =
          segmentInfo(segment, root);
        const message = data.SegmentInfo.fromPartial({
          ID,
          partitionID,
          collectionID,
          insertChannel,
          numOfRows,
        });
        const expected = data.SegmentInfo.encode({ ...message, binlogs, statslogs, deltalogs }).finish();
        const written = content(root, segment, (encoder) => encoder.recoveryInfo(tag));
        expect(written.equals(expected)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('counts a segment for GetRecoveryInfoV2 once, and anew when it has changed', () => {
    const form = new SegmentEncoder('files').recoveryInfo(tag);
    const segment = aSegment(1n);
    const bytes = form.bytes(segment);
    expect(segment.recoveryBytes).toBe(bytes);
    expect(form.bytes(segment)).toBe(bytes);
    const shorter = segment.with({ logs: { ...segment.logs, stats: [] } });
    expect(shorter.recoveryBytes).toBe(0);
    const out = new AnswerBuffer(form.bytes(shorter));
    form.put(shorter, out);
    expect(out.at).toBe(shorter.recoveryBytes);
    expect(out.at).toBeLessThan(bytes);
  });

  it('writes for GetRecoveryInfo byte for byte what encoding the message gives', () => {
    fc.assert(
      fc.property(anySegment, roots, (segment, root) => {
        const info = segmentInfo(segment, root);
        const expected = data.SegmentBinlogs.encode({
          segmentID: info.ID,
          fieldBinlogs: info.binlogs,
          numOfRows: info.numOfRows,
          statslogs: info.statslogs,
          deltalogs: info.deltalogs,
          insertChannel: info.insertChannel,
        }).finish();
        const written = content(root, segment, (encoder) => encoder.binlogs(tag));
        expect(data.SegmentBinlogs.decode(written)).toEqual(data.SegmentBinlogs.decode(expected));
        expect(written.equals(expected)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('writes for GetSegmentInfo byte for byte what encoding the message gives, of a compacted one too', () => {
    fc.assert(
      fc.property(anySegment, fc.option(anySegment, { nil: undefined }), roots, (segment, target, root) => {
        const info = segmentInfo(segment, root);
        const merged =
          target === undefined
            ? info
            : {
                ...info,
                deltalogs: [...info.deltalogs, ...segmentInfo(target, root).deltalogs],
                dmlPosition: target.dmlPosition,
              };
        const written = content(root, { segment, target }, (encoder) => encoder.info(tag));
        expect(written.equals(data.SegmentInfo.encode(merged).finish())).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('copies what is stored the usual way, and reads anew what is not', () => {
    const usual = aSegment(1n, {
      logs: {
        insert: [fieldLogs(100n, [{ entriesNum: 1n, logID: 449_000_000_000_000_123n }])],
        stats: [],
        delta: [{ fieldID: 0n, bytes: new Uint8Array() }],
      },
    });
    expect(usual.hasPlainLogs).toBe(true);
    const named = fieldLogs(100n, [{ entriesNum: 1n, logPath: 'somewhere/else' }]);
    const unusual = usual.with({ logs: { ...usual.logs, insert: [named] } });
    expect(unusual.hasPlainLogs).toBe(false);
    for (const segment of [usual, unusual]) {
      const written = content('files', { segment, target: undefined }, (encoder) => encoder.info(tag));
      expect(data.SegmentInfo.decode(written)).toEqual(segmentInfo(segment, 'files'));
    }
  });

  it('does not tell peers what a later version stored', () => {
    const later = Buffer.from('b2060568656c6c6f', 'hex'); // field 102: a text
    const { head } = aSegment(1n);
    const place = ownPlace(head.length + later.length);
    place.slab.bytes.set(head);
    place.slab.bytes.set(later, head.length);
    const segment = new Segment(place, asRead);
    const written = content('files', { segment, target: undefined }, (encoder) => encoder.info(tag));
    expect(written.equals(head)).toBe(true);
  });
});

import { data } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Segment, segmentInfo } from '../meta/segment.ts';
import { ownPlace } from '../meta/slab.ts';
import { anySegment, aSegment, fieldLogs } from '../testing/segments.ts';
import { AnswerBuffer } from './answer-buffer.ts';
import { SegmentEncoder } from './segment-encoder.ts';

const roots = fc.constantFrom(
  'files',
  '',
  'a/rather/long/root/of/objects/that/makes/paths/of/more/than/127/bytes',
);

/** What an encoder wrote behind its tag and length, after checking these and its own bound. */
function content(root: string, segments: readonly Segment[], write: Write): Buffer {
  const encoder = new SegmentEncoder(root);
  const out = new AnswerBuffer(segments.reduce((sum, segment) => sum + encoder.bytesMax(segment), 0));
  write(encoder, out);
  expect(out.at).toBeLessThanOrEqual(out.bytes.length - 16);
  const { infos } = data.GetSegmentInfoResponse.decode(Buffer.from(out.written));
  expect(infos).toHaveLength(1);
  let lengthBytes = 1;
  while ((out.bytes[lengthBytes] ?? 0) >= 0x80) lengthBytes++;
  return Buffer.from(out.written.subarray(1 + lengthBytes));
}
type Write = (encoder: SegmentEncoder, out: AnswerBuffer) => void;

const infosTag = 0x12;

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
        const written = content(root, [segment], (encoder, out) =>
          encoder.recoveryInfo(segment, infosTag, out),
        );
        expect(written.equals(expected)).toBe(true);
      }),
      { numRuns: 500 },
    );
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
        const encoder = new SegmentEncoder(root);
        const out = new AnswerBuffer(encoder.bytesMax(segment));
        encoder.binlogs(segment, 0x1a, out);
        const [binlogs] = data.GetRecoveryInfoResponse.decode(Buffer.from(out.written)).binlogs;
        expect(binlogs).toEqual(data.SegmentBinlogs.decode(expected));
        expect(Buffer.from(out.written).subarray(-expected.length).equals(expected)).toBe(true);
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
        const segments = target === undefined ? [segment] : [segment, target];
        const written = content(root, segments, (encoder, out) =>
          encoder.info(segment, target, infosTag, out),
        );
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
      const written = content('files', [segment], (encoder, out) =>
        encoder.info(segment, undefined, infosTag, out),
      );
      expect(data.SegmentInfo.decode(written)).toEqual(segmentInfo(segment, 'files'));
    }
  });

  it('does not tell peers what a later version stored', () => {
    const later = Buffer.from('b2060568656c6c6f', 'hex'); // field 102: a text
    const { head } = aSegment(1n);
    const place = ownPlace(head.length + later.length);
    place.slab.bytes.set(head);
    place.slab.bytes.set(later, head.length);
    const segment = new Segment(place, { text: (text) => text, id: (id) => id });
    const written = content('files', [segment], (encoder, out) =>
      encoder.info(segment, undefined, infosTag, out),
    );
    expect(written.equals(head)).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaLogKey, insertLogKey, logObjectKey, parseLogObjectKey, statsLogKey } from './object-paths.ts';

const owner = {
  collectionID: 470638898234723801n,
  partitionID: 470638898234723802n,
  segmentID: 470638898234723813n,
};
const id = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('object paths', () => {
  it('are those of Milvus 2.2.8', () => {
    expect(insertLogKey('files', { ...owner, fieldID: 108n, logID: 470638898234723849n })).toBe(
      'files/insert_log/470638898234723801/470638898234723802/470638898234723813/108/470638898234723849',
    );
    expect(statsLogKey('files', { ...owner, fieldID: 100n, logID: 470638898234723853n })).toBe(
      'files/stats_log/470638898234723801/470638898234723802/470638898234723813/100/470638898234723853',
    );
    expect(deltaLogKey('files', { ...owner, logID: 7n })).toBe(
      'files/delta_log/470638898234723801/470638898234723802/470638898234723813/7',
    );
  });

  it('come back from their keys with every id, under any root', () => {
    const log = fc.oneof(
      fc.record({
        kind: fc.constantFrom('insert', 'stats'),
        collectionID: id,
        partitionID: id,
        segmentID: id,
        fieldID: id,
        logID: id,
      }),
      fc.record({ kind: fc.constant('delta'), collectionID: id, partitionID: id, segmentID: id, logID: id }),
    );
    fc.assert(
      fc.property(log, fc.constantFrom('files', '', '/files/', 'tenant/a'), (made, root) => {
        expect(parseLogObjectKey(root, logObjectKey(root, made))).toEqual(made);
      }),
    );
  });

  it.each([
    ['another root', 'other/delta_log/1/2/3/4'],
    ['another folder', 'files/index_files/1/2/3/4'],
    ['a missing part', 'files/insert_log/1/2/3/4'],
    ['a part too many', 'files/delta_log/1/2/3/4/5'],
    ['a name as log id', 'files/delta_log/1/2/3/data.bin'],
    ['a number with a leading zero', 'files/delta_log/1/2/3/04'],
    ['a number beyond int64', 'files/delta_log/1/2/3/9223372036854775808'],
    ['an empty part', 'files/insert_log/1//3/4/5'],
  ])('do not recognise a key with %s', (_, key) => {
    expect(parseLogObjectKey('files', key)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { Comparison, type Likeness } from './compare-recorded.ts';
import { neverRecorded, type RecordedExchange, recorded } from './recorded.ts';

const strict: Likeness = { newIDs: /^Call segID\b/, unordered: /^Call unordered\b/, mayDiffer: [] };

function exchange(answer: unknown, about = ''): RecordedExchange {
  const request = {};
  return {
    line: 3,
    atMs: 0,
    path: '/x/Call',
    call: 'Call',
    about,
    request,
    method: undefined,
    answer,
    error: '',
  };
}

function differences(answer: unknown, ours: unknown, likeness: Partial<Likeness> = {}): readonly string[] {
  const comparison = new Comparison({ ...strict, ...likeness });
  comparison.answer(exchange(answer), ours);
  return comparison.differences;
}

describe('a recorded answer and ours', () => {
  it('are compared to the last field, and each difference names its place', () => {
    const message = { status: { errorCode: 0 }, infos: [{ rows: 1n, path: 'a/b', id: Buffer.from([1]) }] };
    expect(differences(message, structuredClone(message))).toEqual([]);
    expect(differences(message, { ...message, infos: [{ ...message.infos[0], rows: 2n }] })).toEqual([
      '#3 Call infos.rows: recorded "1n", ours "2n"',
    ]);
    expect(differences(message, { ...message, infos: [] })).toHaveLength(1);
    expect(differences({ a: 1 }, { a: 1, b: 2 })).toEqual(['#3 Call b: recorded nothing, ours 2']);
    expect(differences({ a: Buffer.from([1]) }, { a: Buffer.from([2]) })).toHaveLength(1);
  });

  it('may name another id on first sight, and must stay with it, in numbers and in texts', () => {
    const comparison = new Comparison(strict);
    comparison.answer(exchange({ segID: 1001n }), { segID: 7n });
    comparison.answer(exchange({ segID: 1001n, path: 'log/1001/5', ids: [1001n] }), {
      segID: 7n,
      path: 'log/7/5',
      ids: [7n],
    });
    expect(comparison.differences).toEqual([]);
    expect(comparison.ids.message({ segmentIDs: [1001n, 3n] })).toEqual({ segmentIDs: [7n, 3n] });
    comparison.answer(exchange({ segID: 1001n }), { segID: 8n });
    comparison.answer(exchange({ segID: 1002n }), { segID: 7n });
    comparison.answer(exchange({ ids: [1001n] }), { ids: [1001n] });
    expect(comparison.differences).toHaveLength(3);
  });

  it('may name new ids in a text as well, where the text is the same but for them', () => {
    const comparison = new Comparison({ ...strict, newIDs: /^Call path\b/ });
    comparison.answer(exchange({ path: 'log/100/1001', ids: [1001n, 100n] }), {
      path: 'log/100/7',
      ids: [7n, 100n],
    });
    expect(comparison.differences).toEqual([]);
    comparison.answer(exchange({ path: 'log/100/1001' }), { path: 'log/100/8' });
    comparison.answer(exchange({ path: 'log/100/1001' }), { path: 'logs/100/7' });
    expect(comparison.differences).toHaveLength(2);
  });

  it('list in any order what has none, and only that', () => {
    expect(differences({ unordered: [1n, 2n] }, { unordered: [2n, 1n] })).toEqual([]);
    expect(differences({ unordered: [1n, 2n] }, { unordered: [2n, 2n] })).toHaveLength(1);
    expect(differences({ ordered: [1n, 2n] }, { ordered: [2n, 1n] })).toHaveLength(2);
  });

  it('differ where the table says so, and as it says; a row that nothing needs is told', () => {
    const row = {
      at: /^Call time\b/,
      reason: 'times',
      like: (a: unknown, b: unknown) => a === 1n && b === 2n,
    };
    const comparison = new Comparison({ ...strict, mayDiffer: [row] });
    comparison.answer(exchange({ time: 1n }), { time: 1n });
    expect(comparison.unused).toEqual(['/^Call time\\b/: times']);
    comparison.answer(exchange({ time: 1n }), { time: 2n });
    expect([comparison.unused, comparison.differences]).toEqual([[], []]);
    comparison.answer(exchange({ time: 1n }), { time: 3n });
    expect(comparison.differences).toHaveLength(1);
  });
});

describe('the recordings', () => {
  it.each([
    ['datacoord', 204],
    ['datanode', 43],
    ['probes', 335],
  ] as const)('of %s are whole', (name, count) => {
    const exchanges = recorded(name);
    expect(exchanges).toHaveLength(count);
    expect(exchanges.filter(({ method }) => method === undefined).map(({ call }) => call)).toEqual(
      name === 'probes' ? ['NoSuchMethod'] : [],
    );
  });

  it('ask every call but these', () => {
    const never = { DataCoord: neverRecorded('DataCoord'), DataNode: neverRecorded('DataNode') };
    process.stdout.write(`neither recorded nor probed: ${JSON.stringify(never)}\n`);
    // The original has no CompleteCompaction any more.
    expect(never).toEqual({ DataCoord: ['CompleteCompaction'], DataNode: [] });
  });
});

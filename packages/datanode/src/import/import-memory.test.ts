import { common, data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import type { ByteRange, ObjectStore } from '@millrace/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { everyType, jsonFile } from '../testing/import-rows.ts';
import { npyFilesOf } from '../testing/npy-files.ts';
import { served } from '../testing/served-node.ts';
import { TestCluster, type TestNode } from '../testing/test-node.ts';
import { importMemory } from './import-memory.ts';

/** Long enough for a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 10 });

const memoryBytesMax = 8 * 1024 * 1024;
const rowCount = 60_000;

function row(at: number) {
  return {
    id: BigInt(at),
    flag: at % 2 === 0,
    tiny: at % 100,
    small: at % 1000,
    plain: at,
    ratio: Math.fround(at / 3),
    precise: at / 3,
    text: `row ${at} ${'.'.repeat(at % 150)}`,
    vector: [0.25, at, -1].map(Math.fround),
    bits: [at % 256, 7],
  };
}

describe('the memory of an import', () => {
  let cluster: TestCluster;
  let close: () => Promise<void> = async () => undefined;
  afterEach(async () => {
    await close();
    await cluster.stop();
  });

  async function start(
    ranges: (ByteRange | undefined)[] = [],
  ): Promise<{ node: TestNode; run: (files: string[]) => Promise<common.Status> }> {
    cluster = new TestCluster();
    cluster.rootCoord.collection = everyType;
    const { objects } = cluster;
    const recording: ObjectStore = {
      put: (key, chunks, signal) => objects.put(key, chunks, signal),
      putIfAbsent: (key, chunks, signal) => objects.putIfAbsent(key, chunks, signal),
      get: (key, options) => {
        ranges.push(options?.range);
        return objects.get(key, options);
      },
      stat: (key) => objects.stat(key),
      list: (options) => objects.list(options),
      remove: (key) => objects.remove(key),
      close: () => objects.close(),
    };
    const node = cluster.start({ memoryBytesMax }, recording);
    const client = await served(node);
    close = () => client.close();
    const importTask = (files: string[]) =>
      data.ImportTask.fromPartial({
        taskId: 1n,
        collectionId: 441n,
        partitionId: 442n,
        channelNames: ['a_441v0', 'b_441v1'],
        files,
      });
    return { node, run: (files) => client.call.import({ importTask: importTask(files) }) };
  }

  const rows = () => Array.from({ length: rowCount }, (_, at) => row(at));
  const files: Readonly<Record<string, () => Promise<string[]>>> = {
    JSON: async () => {
      await cluster.objects.put('rows.json', [jsonFile(rows())]);
      return ['rows.json'];
    },
    NumPy: async () => {
      const contents = npyFilesOf(rows());
      for (const [name, content] of Object.entries(contents))
        await cluster.objects.put(`${name}.npy`, [content]);
      return Object.keys(contents).map((name) => `${name}.npy`);
    },
  };

  it.each(Object.entries(files))(
    'stays within its share of the budget for %s files that are larger than all of it',
    async (_format, write) => {
      const ranges: (ByteRange | undefined)[] = [];
      const { node, run } = await start(ranges);
      const paths = await write();
      const sizes = await Promise.all(paths.map(async (path) => (await cluster.objects.stat(path)).bytes));
      expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(memoryBytesMax);
      expect(await run(paths)).toEqual({ errorCode: common.ErrorCode.Success, reason: '' });
      expect(cluster.rootCoord.reports.at(-1)?.rowCount).toBe(BigInt(rowCount));
      const { peakBytes, highMark, bytes } = node.node.budget;
      expect(bytes).toBe(0);
      expect(peakBytes).toBeGreaterThan(importMemory({ highMark }).blockBytes);
      expect(peakBytes).toBeLessThanOrEqual(0.5 * highMark);
      // Never a whole file.
      const { blockBytes } = importMemory({ highMark });
      expect(
        Math.max(...ranges.map((range) => range?.length ?? Number.POSITIVE_INFINITY)),
      ).toBeLessThanOrEqual(blockBytes);
    },
    60_000,
  );

  it('waits while others hold the budget, with nothing of its own waiting, and goes on when there is room', async () => {
    const { node, run } = await start();
    const { budget } = node.node;
    const paths = await files['JSON']?.();
    const before = budget.highMark;
    // As channels do that buffer rows, in the middle of it.
    let taken = false;
    cluster.rootCoord.before = (call) => {
      if (call === 'reportImport' && !taken) {
        taken = true;
        budget.take(before);
      }
      return undefined;
    };
    const done = run(paths ?? []);
    await eventually(() => taken).toBe(true);
    // What is read and not written yet is held, no block is.
    const { blockBytes, chunkBytes } = importMemory(budget);
    await eventually(() => budget.bytes - before <= blockBytes + 2 * chunkBytes).toBe(true);
    const held = budget.bytes;
    await realClock.sleep(100);
    expect(budget.bytes).toBe(held);
    expect(cluster.dataCoord.imported).toEqual([]);
    budget.give(before);
    expect((await done).reason).toBe('');
    expect(cluster.rootCoord.reports.at(-1)?.rowCount).toBe(BigInt(rowCount));
  }, 60_000);

  it('is of every size that a budget allows', () => {
    for (const highMark of [1, 1e5, 1e7, 2e8, 1e12]) {
      const { chunkBytes, blockBytes, blocksBytes } = importMemory({ highMark });
      expect(chunkBytes).toBeGreaterThan(0);
      expect(blockBytes).toBeLessThanOrEqual(16 * 1024 * 1024);
      if (highMark >= 1e5)
        expect(2 * blockBytes + 2 * blockBytes + blocksBytes).toBeLessThanOrEqual(0.41 * highMark);
    }
  });
});

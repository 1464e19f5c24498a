import { Corrupt } from '@millrace/core';
import { expect, it } from 'vitest';
import { describeMessageStream, takeMessages } from '../testing/message-stream-suite.ts';
import { MemoryStream } from './memory.ts';

describeMessageStream('memory', async () => {
  const stream = new MemoryStream({ messageBytesMax: 1024 * 1024 });
  return { stream, other: stream, close: () => stream.close() };
});

it('fails with Corrupt at a position that trimming removed', async () => {
  const stream = new MemoryStream();
  const [first, second] = await stream.publish('c', [Buffer.from('a'), Buffer.from('b')]);
  if (first === undefined || second === undefined) throw new Error('two ids expected');
  await stream.trim('c', second);
  await expect(takeMessages(stream, 'c', 1, { at: first })).rejects.toBeInstanceOf(Corrupt);
  expect(await takeMessages(stream, 'c', 1, 'earliest')).toHaveLength(1);
});

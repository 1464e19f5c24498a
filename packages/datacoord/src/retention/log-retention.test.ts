import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultChannelNames, silentLogger } from '@millrace/core';
import { internal } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { FileStream } from '@millrace/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Assignment } from '../channels/channel-table.ts';
import { LogRetention } from './log-retention.ts';

const dml = 'by-dev-rootcoord-dml_0';
const delta = 'by-dev-rootcoord-delta_0';
const ticks = 'by-dev-datacoord-timetick-channel';
const vchannel = `${dml}_441v0`;

describe('the retention of an embedded log', () => {
  let directory: string;
  let stream: FileStream;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-retention-'));
    stream = new FileStream({ clock: realClock }, { directory, segmentBytesMax: 1024 });
  });
  afterEach(async () => {
    await stream.close();
    rmSync(directory, { recursive: true });
  });

  const files = (channel: string) => readdirSync(join(directory, channel)).length;
  const retention = (checkpoint: Uint8Array | undefined) =>
    new LogRetention({
      stream,
      channels: { assignments: () => [{ channel: vchannel } as Assignment] },
      meta: {
        checkpoint: () => checkpoint && internal.MsgPosition.fromPartial({ msgID: Buffer.from(checkpoint) }),
      },
      channelNames: defaultChannelNames,
      clock: realClock,
      log: silentLogger,
      intervalMs: 1_000,
    });

  it('keeps delta and tick channels to the file that is written, a DML channel from its checkpoint on', async () => {
    let checkpoint: Uint8Array | undefined;
    for (let at = 0; at < 20; at++) {
      const [id] = await stream.publish(dml, [Buffer.alloc(600)]);
      if (at === 10) checkpoint = id;
      await stream.publish(delta, [Buffer.alloc(600)]);
      await stream.publish(ticks, [Buffer.alloc(600)]);
    }
    const before = files(dml);
    await retention(undefined).trim();
    expect([files(dml), files(delta), files(ticks)]).toEqual([before, 1, 1]);
    await retention(checkpoint).trim();
    expect(files(dml)).toBeLessThan(before);
    const stop = new AbortController();
    for await (const [first] of stream.read(dml, { at: checkpoint ?? new Uint8Array() }, stop.signal)) {
      expect(first?.id).toEqual(checkpoint);
      stop.abort();
    }
  });
});

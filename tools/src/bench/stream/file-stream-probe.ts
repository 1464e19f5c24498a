import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { realClock } from '@millrace/runtime';
import { FileStream } from '@millrace/stream';
import { serveProbe } from '../probe-child.ts';
import { messageBytes, messages, messagesInFlight } from './sizes.ts';

const channel = 'bench';

/** A run is told to `publish` or to `read` what the run before published. */
await serveProbe(async ([directory = '']) => {
  const open = (run: number) =>
    new FileStream({ clock: realClock }, { directory: join(directory, String(run)) });
  let runs = 0;
  let stream = open(runs);
  return {
    async run(argument) {
      if (argument === 'read') {
        const read = await readAll(stream);
        await stream.close();
        await rm(directory, { recursive: true });
        return read;
      }
      stream = open(++runs);
      await publishAll(stream);
      return messages;
    },
  };
});

async function publishAll(stream: FileStream): Promise<void> {
  const payload = new Uint8Array(messageBytes).fill(7);
  let sent = 0;
  const publisher = async () => {
    while (sent++ < messages) await stream.publish(channel, [payload]);
  };
  await Promise.all(Array.from({ length: messagesInFlight }, publisher));
}

async function readAll(stream: FileStream): Promise<number> {
  const done = new AbortController();
  let read = 0;
  for await (const batch of stream.read(channel, 'earliest', done.signal)) {
    read += batch.length;
    if (read >= messages) done.abort();
  }
  return read;
}

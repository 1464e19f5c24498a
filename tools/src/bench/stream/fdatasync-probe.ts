import { open, rm } from 'node:fs/promises';
import { serveProbe } from '../probe-child.ts';
import { messageBytes, messages, messagesInFlight } from './sizes.ts';

/** Appends as many bytes as there are in flight and syncs them, over and over: what no durable log can be faster than. */
await serveProbe(async ([path = '']) => {
  const bytes = new Uint8Array(messageBytes * messagesInFlight).fill(7);
  return {
    async run() {
      const file = await open(path, 'w');
      for (let sent = 0; sent < messages; sent += messagesInFlight) {
        await file.write(bytes);
        await file.datasync();
      }
      await file.close();
      return messages;
    },
    clean: () => rm(path),
  };
});

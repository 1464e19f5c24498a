import assert from 'node:assert/strict';
import { realClock } from '@millrace/runtime';
import { decodeMessage, encodeTimeTick, FileStream } from '@millrace/stream';

// One end writes a log in files, the other tails it from its start.
const [directory = ''] = process.argv.slice(2);
const writer = new FileStream({ clock: realClock }, { directory });
const reader = new FileStream({ clock: realClock }, { directory });
const channel = 'by-dev-rootcoord-dml_0';
await writer.publish(channel, [encodeTimeTick(10n, 1n)]);
const stop = new AbortController();
const seen: bigint[] = [];
for await (const batch of reader.read(channel, 'earliest', stop.signal)) {
  for (const { payload } of batch) {
    const message = decodeMessage(payload);
    assert.equal(message.kind, 'timetick');
    seen.push(message.endTs);
  }
  if (seen.length === 1) await writer.publish(channel, [encodeTimeTick(20n, 1n)]);
  else stop.abort();
}
process.stdout.write(`${seen.join(' ')}\n`);
await reader.close();
await writer.close();

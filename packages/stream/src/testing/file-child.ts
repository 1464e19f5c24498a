import { realClock } from '@millrace/runtime';
import { FileStream } from '../drivers/file.ts';

/** A process beside the test's own: publishes numbered messages to one channel, telling each that was acknowledged. */
const [, , directory = '', name = '', count = '0'] = process.argv;
const stream = new FileStream({ clock: realClock }, { directory, segmentBytesMax: 64 * 1024 });
for (let number = 0; number < Number(count); number++) {
  await stream.publish('c', [Buffer.from(`${name}${number}`.padEnd(500, '.'))]);
  process.send?.(number);
}
await stream.close();
process.disconnect?.();

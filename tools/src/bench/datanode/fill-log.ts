import { realClock } from '@millrace/runtime';
import { FileStream } from '@millrace/stream';
import { serveProbe } from '../probe-child.ts';
import { fillLog, rowsOfLog } from './rows.ts';

// A process of its own: the memory of making the messages is not the DataNode's.
await serveProbe(async ([directory = '']) => ({
  async run() {
    const stream = new FileStream({ clock: realClock }, { directory });
    await fillLog(stream);
    await stream.close();
    return rowsOfLog;
  },
}));

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { tunedEnvironment } from './process-tuning.ts';

/** Fills and frees hundreds of megabytes of buffers of many sizes, as a DataNode does, and keeps a small one here and there. */
const churn = `
  const sizes = [64, 200, 700, 1500, 4000].map((kibibytes) => kibibytes * 1024);
  const kept = [];
  for (let round = 0; round < 4; round++) {
    let held = [];
    for (let at = 0; at < 300; at++) {
      held.push(Buffer.allocUnsafeSlow(sizes[(at + round) % 5] + at * 977).fill(1));
      if (at % 3 === 0) held.push(Buffer.allocUnsafeSlow(9000).fill(1));
    }
    kept.push(...held.filter(({ length }, at) => length < 10_000 && at % 7 === 0));
    held = [];
    gc();
  }
  setTimeout(() => { gc(); console.log(process.memoryUsage().rss); }, 100);
`;

describe.skipIf(process.platform !== 'linux')('the process of a role', () => {
  it('does not keep the memory of buffers that were freed', () => {
    const out = execFileSync(process.execPath, ['--expose-gc', '-e', churn], { env: tunedEnvironment() });
    expect(Number(out)).toBeLessThan(200 * 1024 * 1024);
  });
});

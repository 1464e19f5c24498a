import { describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';

describe('a process logger', () => {
  it('writes what its level lets through, and changes it for children that exist already', () => {
    const written: string[] = [];
    const log = createLogger('datanode', 'warn', { write: (line) => written.push(line) });
    const child = log.child({ vchannel: 'v0' });
    child.info({}, 'too low');
    log.level = 'debug';
    child.debug({ segmentID: 5n }, 'seen');
    expect(log.level).toBe('debug');
    log.level = 'silent';
    child.error({}, 'not seen');
    expect(written.map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: 'debug', role: 'datanode', vchannel: 'v0', segmentID: '5', event: 'seen' },
    ]);
  });
});

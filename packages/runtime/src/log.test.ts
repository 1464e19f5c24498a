import { readFileSync } from 'node:fs';
import { Internal, Invalid } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { createLogger, describeError } from './log.ts';

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

describe('an error in words', () => {
  function systemError(): unknown {
    try {
      return readFileSync('/nowhere/at/all');
    } catch (error) {
      return error;
    }
  }

  it('is one line with its causes where a person can mend it, and a stack where it is a fault of ours', () => {
    expect(describeError(new Invalid('write 5', { cause: systemError() }))).toBe(
      "Invalid: write 5 (cause: Error: ENOENT: no such file or directory, open '/nowhere/at/all')",
    );
    expect(describeError(new Internal('lost'))).toMatch(/^Internal: lost\n\s+at /);
    expect(describeError(new TypeError('no function'))).toMatch(/^TypeError: no function\n\s+at /);
  });
});

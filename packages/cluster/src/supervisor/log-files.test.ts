import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFiles } from './log-files.ts';

describe('the log files of a cluster', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-logs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('do not end the cluster when they cannot be written, and go on once they can', async () => {
    const lost: string[] = [];
    const files = new LogFiles(directory, (error) => lost.push(error.message));
    const path = join(directory, 'proxy.log');
    mkdirSync(path);
    files.write('proxy', 'one');
    await expect.poll(() => lost.length).toBe(1);
    files.write('proxy', 'two');
    rmdirSync(path);
    await expect
      .poll(() => {
        files.write('proxy', 'three');
        return readFileSync(path, 'utf8');
      })
      .toContain('three\n');
    expect(lost).toEqual([expect.stringContaining('EISDIR')]);
    files.close();
  });
});

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { millrace, millraceArguments } from './testing/millrace.ts';

describe('the millrace command', { timeout: 60_000 }, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('explains itself and each of its commands', async () => {
    const all = await millrace('--help');
    expect(all.code).toBe(0);
    for (const name of ['up', 'run', 'show', 'rows', 'verify', 'flush', 'compact', 'import', 'drop']) {
      expect(all.out).toContain(name);
      expect((await millrace(name, '--help')).code).toBe(0);
    }
  });

  it('ends with 2 and says what it takes when it is asked wrongly', async () => {
    expect(await millrace('upp')).toMatchObject({ code: 2, error: expect.stringContaining('upp') });
    expect(await millrace('up', '--datanodes', 'many')).toMatchObject({
      code: 2,
      error: expect.stringContaining('It takes a whole number from 1 to 16.'),
    });
    expect(await millrace('show', 'everything')).toMatchObject({
      code: 2,
      error: expect.stringContaining('segments'),
    });
    expect(await millrace('show', 'segments', '--data', join(directory, 'none'))).toMatchObject({
      code: 2,
      error: expect.stringContaining('name its directory with --data'),
    });
  });

  it('refuses a configuration that is missing or wrong, naming file, key and value', async () => {
    const missing = await millrace('run', 'datacoord', '--config', join(directory, 'no.yaml'));
    expect(missing).toMatchObject({ code: 2, error: expect.stringContaining('no.yaml') });
    expect(missing.error).not.toMatch(/^\s+at /m);
    writeFileSync(join(directory, 'milvus.yaml'), 'dataCoord:\n  port: high\n');
    const wrong = await millrace('run', 'datacoord', '--config', directory);
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain("dataCoord.port is 'high'");
    expect(wrong.error).toContain('milvus.yaml');
  });

  it('refuses a directory that another cluster uses, and one of a newer version', async () => {
    writeFileSync(join(directory, 'cluster.pid'), `${process.pid}\n`);
    expect(await millrace('up', '--data', directory)).toMatchObject({
      code: 2,
      error: expect.stringContaining(`is in use by process ${process.pid}`),
    });
    rmSync(join(directory, 'cluster.pid'));
    writeFileSync(join(directory, 'layout'), '99\n');
    expect(await millrace('up', '--data', directory)).toMatchObject({
      code: 2,
      error: expect.stringContaining('was written by a newer Millrace'),
    });
  });

  it('says which port is in use', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const result = await millrace('up', '--data', directory, '--port', String(port));
    server.close();
    expect(result.code).toBe(1);
    expect(result.error).toContain('proxy ended (exit code 2) before it was ready: its last line says why');
    expect(result.error).not.toMatch(/^\s+at /m);
    expect(`${result.out}${result.error}`).toContain(`cannot listen on 127.0.0.1:${port}`);
  });

  it('runs a cluster until it is interrupted, and shows what it keeps, running or not', async () => {
    const cluster = spawn(process.execPath, [
      ...millraceArguments,
      'up',
      '--data',
      directory,
      '--port',
      '0',
      '--datanodes',
      '1',
    ]);
    const ended = new Promise<number | null>((resolve) => cluster.once('exit', resolve));
    await new Promise<void>((resolve) => {
      cluster.stdout.on('data', (text: Buffer) => {
        if (text.includes('ready: connect Milvus SDKs to 127.0.0.1:')) resolve();
      });
    });
    const sessions = await millrace('show', 'sessions', '--data', directory, '--json');
    expect(
      sessions.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).role),
    ).toEqual(['rootcoord', 'datacoord', 'datanode', 'proxy']);
    cluster.kill('SIGINT');
    expect(await ended).toBe(0);
    expect((await millrace('show', 'sessions', '--data', directory, '--json')).out).toBe('');
    expect(await millrace('verify', '--data', directory)).toMatchObject({ code: 0 });
  });
});

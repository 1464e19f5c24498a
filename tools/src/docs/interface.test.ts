import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';
import { bridgeTitle } from './bridge-calls.ts';
import { type DescribedCall, describedCalls } from './interface.ts';
import { interfacePage, interfaceTables } from './interface-page.ts';
import { passedTestsOf, readRun, unproved } from './test-run.ts';

const path = join(workspace, 'docs/interface.md');

describe('the interface', () => {
  it('has a file for every call that says what it is for, and a test that is named after it and calls it', () => {
    const calls = describedCalls();
    expect(calls.length).toBeGreaterThan(50);
    const without = (part: 'implementedIn' | 'provedIn') =>
      calls.filter((call) => call[part] === undefined).map(({ service, name }) => `${service}.${name}`);
    expect(without('implementedIn')).toEqual([]);
    expect(without('provedIn')).toEqual([]);
    expect(calls.filter(({ meaning }) => meaning === '').map(({ name }) => name)).toEqual([]);
  });

  it('tells what calls are refused with, each once', () => {
    const refusalsOf = (wanted: string) => describedCalls().find(({ name }) => name === wanted)?.refusals;
    expect(refusalsOf('GetSegmentInfo')).toEqual(['UnexpectedError: failed to get segment …']);
    expect(refusalsOf('FlushSegments')).toContain(
      'NodeIDNotMatch: target node id not match target id = …, node id = …',
    );
    expect(refusalsOf('ManualCompaction')).toEqual(['UnexpectedError: compaction disabled']);
    expect(refusalsOf('SetSegmentState')).toContain(
      'Conflict: segment … cannot become …: name a state that segments have',
    );
  });

  it('has the bridge of a RootCoord in it: SetDataCoord, its six functions, and those of 2.2', () => {
    const bridge = describedCalls().filter(({ service }) => service === bridgeTitle);
    expect(bridge.map(({ name }) => name)).toEqual([
      'setDataCoord',
      'callGetBinlogFilePaths',
      'callGetNumRows',
      'callGetFlushedSegments',
      'callWatchChannels',
      'callImport',
      'callFlushOnCollection',
      'callGcConfirm',
      'callBroadcastAlteredCollection',
      'callGetSegmentStates',
      'callUnsetIsImportingState',
      'callMarkSegmentsDropped',
    ]);
    expect(bridge[1]).toMatchObject({
      request: 'segmentID: UniqueID, fieldID: UniqueID',
      answer: 'string[]',
      refusals: [
        "the status' code: getInsertBinlogPaths from data service failed, error = …",
        'NotFound: binlog file does not exist, segment id = …, field id = …',
        'Internal: get bin log file paths panic, msg = …',
      ],
    });
  });

  it('is described by the tables of its page: npm run docs writes it', async () => {
    const text = await readFile(path, 'utf8');
    const tables = interfaceTables(describedCalls());
    expect(text.slice(0, tables.length)).toBe(tables);
  });
});

describe('a run of the tests', () => {
  const call = (fields: Partial<DescribedCall>): DescribedCall => ({
    service: 'DataCoord',
    name: 'Flush',
    request: 'FlushRequest',
    answer: 'FlushResponse',
    meaning: 'Seals.',
    implementedIn: 'flush.ts',
    refusals: [],
    provedIn: 'flush.test.ts',
    ...fields,
  });
  const calls = [call({}), call({ name: 'GetCount', provedIn: 'get-count.test.ts' })];
  const run = new Map([
    ['flush.test.ts', [['Flush', 'seals all of *it*']]],
    ['get-count.test.ts', [['GetCount of the older', 'counts']]],
  ]);

  it('proves a call by the tests of the file that is named after it', () => {
    expect(calls.map((each) => passedTestsOf(each, run))).toEqual([[['seals all of *it*']], [['counts']]]);
    expect(unproved(calls, run)).toEqual([]);
    const page = interfacePage(calls, run);
    expect(page).toContain('#### Flush\n\n- seals all of \\*it\\*\n');
    expect(page).toContain('#### GetCount\n\n- counts\n');
  });

  it('proves nothing where nothing passed', () => {
    const less = new Map([['get-count.test.ts', []]]);
    expect(unproved(calls, less)).toEqual(['DataCoord: Flush', 'DataCoord: GetCount']);
  });

  it('is read from the report of vitest: what passed, by file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-run-'));
    const test = (title: string, status: string) => ({ ancestorTitles: ['Flush'], title, status });
    const assertionResults = [test('seals', 'passed'), test('waits', 'failed'), test('else', 'skipped')];
    const testResults = [{ name: join(workspace, 'flush.test.ts'), assertionResults }];
    const report = join(directory, 'report.json');
    writeFileSync(report, JSON.stringify({ testResults }));
    expect([...readRun(report)]).toEqual([['flush.test.ts', [['Flush', 'seals']]]]);
    rmSync(directory, { recursive: true });
  });
});

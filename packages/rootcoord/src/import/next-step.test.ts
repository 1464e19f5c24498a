import { describe, expect, it } from 'vitest';
import type { ImportStateName, ImportTask } from './import-task.ts';
import { type ImportStep, nextStep } from './next-step.ts';

const limits = { expirationMs: 900_000, retentionMs: 86_400_000 };
const startMs = 1_700_000_000_000;

function aTask(state: ImportStateName, change: Partial<ImportTask> = {}): ImportTask {
  return {
    id: 1n,
    collectionID: 2n,
    collectionName: 'books',
    partitionID: 3n,
    partitionName: '_default',
    channelNames: ['c'],
    isRowBased: true,
    files: ['a.json'],
    infos: [],
    createdMs: startMs - 10_000,
    startedMs: state === 'pending' ? 0 : startMs,
    state,
    nodeID: 5n,
    segmentIDs: [7n],
    autoIDs: [],
    rows: 0n,
    failedReason: '',
    ...change,
  };
}

describe('the next step of an import', () => {
  const soon = startMs + 1_000;
  const late = startMs + 900_001;
  const nextDay = startMs + 86_400_000;
  const [alive, gone] = [new Set([5n]), new Set([6n])];

  it.each<[string, ImportTask, ReadonlySet<bigint> | undefined, number, ImportStep['type']]>([
    ['a pending one is sent', aTask('pending'), undefined, soon, 'send'],
    ['also one that waits long', aTask('pending'), undefined, nextDay, 'send'],
    ['one that is being written is waited for', aTask('started'), alive, soon, 'wait'],
    ['also while nobody knows which nodes live', aTask('started'), undefined, soon, 'wait'],
    ['also while it is being sent', aTask('started', { nodeID: 0n }), gone, soon, 'wait'],
    ['one whose node is gone fails', aTask('started'), gone, soon, 'fail'],
    ['one that takes too long fails', aTask('started'), alive, late, 'fail'],
    ['a stored one is shown', aTask('persisted'), alive, soon, 'show'],
    ['also when its node is gone', aTask('persisted'), gone, soon, 'show'],
    ['but not for ever', aTask('persisted'), alive, late, 'fail'],
    ['a failed one is cleaned', aTask('failed'), gone, late, 'clean'],
    ['a completed one stays', aTask('completed'), alive, late, 'wait'],
    ['for a day', aTask('completed'), alive, nextDay, 'forget'],
    ['so does a cleaned one', aTask('failed-and-cleaned'), alive, nextDay, 'forget'],
    ['a failed one is cleaned before it is forgotten', aTask('failed'), alive, nextDay, 'clean'],
  ])('%s', (_what, task, nodes, nowMs, type) => {
    expect(nextStep(task, nodes, limits, nowMs).type).toBe(type);
  });
});

import { common, type data } from '@millrace/proto';
import { type Likeness, shown } from '@millrace/proto/testing/compare-recorded';
import { died, metricsOfOthers, refusal, sameItems } from '@millrace/proto/testing/kinds-of-likeness';
import { likeness } from './likeness.ts';

/** Segment that was saved twice with the same logs, and what was asked of it afterwards. */
const savedTwice =
  '(after (the same|insert|older|newer|delta|log id)|segment set to Dropped, |Dropped segment, includeUnHealthy)';
const stateSet = '(Growing|Importing|SegmentStateNone|NotExist)';

/** What may differ where a DataCoord is asked on purpose. */
export const probeLikeness: Likeness = {
  ...likeness,
  mayDiffer: [
    {
      at: /^AssignSegmentID status \(RootCoord not running\)/,
      reason: 'the original answers success without a segment; ours tells the writer why there is none',
      like: (recorded, ours) => refusal(recorded) === undefined && /rootcoord/.test(refusal(ours) ?? ''),
    },
    {
      at: /status\.reason \(RootCoord not running\)/,
      reason: 'the original answers the stack of its Go process; the code is the same',
      like: (recorded, ours) =>
        [recorded, ours].every((reason) => /no( available)? rootcoord/.test(String(reason))),
    },
    {
      at: /^(GetSegmentsByStates|GetFlushedSegments) segments \(partition 0\)/,
      reason: 'the interface of 2.1 takes 0 for all partitions too; none has that id',
      like: (recorded, ours) =>
        Array.isArray(recorded) && Array.isArray(ours) && ours.length > recorded.length,
    },
    metricsOfOthers,
    {
      at: /^CheckHealth reasons \(DataNode killed/,
      reason: 'the original tells the stack of its Go process; who is unhealthy is the same',
      like: (recorded, ours) =>
        [recorded, ours].every((reasons) =>
          /^\["role datanode\[nodeID: 11\] is unhealthy/.test(shown(reasons)),
        ),
    },
    died(/^GetMetrics \(request '\{"metric_type":1\}'\)/, /not implemented/),
    died(/^SaveBinlogPaths \(path of another segment\)/, /doesn't match the segment id/),
    died(/^SaveImportSegment \(known channel, no inner request\)/, /without its logs/),
    {
      at: /^CompleteCompaction \(method of S\)/,
      reason: 'ours still takes the results that DataNodes of 2.1 bring',
      like: (recorded, ours) =>
        shown(recorded).includes('UNIMPLEMENTED') && refusal(ours) === 'plan 0 is not found',
    },
    {
      at: new RegExp(` infos\\.numOfRows \\(${savedTwice}`),
      reason: 'the same save twice counts once in ours',
      like: (recorded, ours) => (recorded === 80n || recorded === 85n) && ours === 40n,
    },
    {
      at: new RegExp(` infos\\.(binlogs|statslogs)\\.binlogs \\(${savedTwice}`),
      reason: 'the same save twice is kept once in ours, and a path without a log id not at all',
      like: (recorded, ours) => shown(keptLogs(recorded)) === shown(keptLogs(ours)) && isOnce(ours),
    },
    {
      at: /^SaveBinlogPaths \(log id not an integer\)/,
      reason: 'no DataNode writes such a log, and nothing could name it by its id',
      like: (_recorded, ours) => /is no log id/.test(refusal(ours) ?? ''),
    },
    {
      at: new RegExp(`^SetSegmentState status \\(known segment, ${stateSet}\\)`),
      reason: 'the original takes every state for every segment; a step back would lose rows',
      like: (recorded, ours) =>
        refusal(recorded) === undefined && /cannot (go|become)/.test(refusal(ours) ?? ''),
    },
    {
      at: new RegExp(`^GetSegmentStates states \\(after SetSegmentState ${stateSet}\\)`),
      reason: 'it stays what it was',
      like: (_recorded, ours) =>
        Array.isArray(ours) &&
        (ours as data.SegmentStateInfo[]).every(({ state }) => state === common.SegmentState.Flushed),
    },
    {
      at: /droppedAt \((segment set to Dropped|Dropped segment)/,
      reason: 'the original drops it in memory alone, and forgets that at its next start',
      like: (recorded, ours) => recorded === 0n && typeof ours === 'bigint' && ours > 0n,
    },
    {
      at: /^ShowConfigurations configuations \(pattern ""\)/,
      reason:
        'the original lists what its configuration file names, ours all it has; what both list is the same',
      like: (recorded, ours) => sameItems(recorded, ours) >= 20,
    },
    {
      at: /^GetCompactionState executingPlanNo \(id 0, after compactions\)/,
      reason: 'asked to compact collection 0 the original compacts all there are, ours none',
      like: (recorded, ours) => recorded === 2n && ours === 1n,
    },
    {
      at: /^GetCompactionStateWithPlans mergeInfos \(id 0, after compactions\)/,
      reason: 'the same: one plan less',
      like: (recorded, ours) =>
        Array.isArray(recorded) && shown(recorded.slice(0, 2)) === shown(ours) && recorded.length === 3,
    },
    {
      at: /^GcConfirm gcFinished \(collection id that is a decimal prefix of a real one\)/,
      reason: 'the original takes the keys of 10 for keys of 1',
      like: (recorded, ours) => recorded === false && ours === true,
    },
    {
      at: /numOfRows \(after DropVirtualChannel\)/,
      reason: 'rows of a dropped segment count nowhere; ours takes them with a position only',
      like: (recorded, ours) => recorded === 7n && ours === 0n,
    },
    {
      at: /droppedAt \(after DropVirtualChannel\)/,
      reason: 'the original forgets to note it, and collects its objects at once; later versions note it',
      like: (recorded, ours) => recorded === 0n && typeof ours === 'bigint' && ours > 0n,
    },
    ...likeness.mayDiffer,
  ],
};

/** Paths with a log id, each once, with their rows. */
function keptLogs(list: unknown): readonly string[] {
  const logs = (Array.isArray(list) ? list : []) as readonly data.Binlog[];
  const texts = logs
    .filter(({ logPath }) => /\/\d+$/.test(logPath))
    .map(({ logPath, entriesNum, logSize, timestampFrom, timestampTo }) =>
      shown([logPath.split('/').at(-1), entriesNum, logSize, timestampFrom, timestampTo]),
    );
  return [...new Set(texts)];
}

function isOnce(list: unknown): boolean {
  return Array.isArray(list) && keptLogs(list).length === list.length;
}

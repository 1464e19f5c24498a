import type { data } from '@millrace/proto';
import type { Likeness } from '@millrace/proto/testing/compare-recorded';
import { died, metricsOfOthers, refusal, sameItems } from '@millrace/proto/testing/kinds-of-likeness';

// Fields are kept in Go maps, whose order is another each time.
const unordered =
  /^(SaveBinlogPaths request (field2BinlogPaths|field2StatslogPaths|startPositions)|GetCompactionState results(\.result\.(insertLogs|field2StatslogPaths))?|ShowConfigurations configuations)\b(?!\.)/;

/** What may differ between our DataNode and a recorded 2.2.8 in the course of a life, and why; all else is the same. */
export const likeness: Likeness = {
  newIDs: /^SaveBinlogPaths request .*logPath\b|^GetCompactionState results\.result\.(segmentID|.*logPath)\b/,
  unordered,
  mayDiffer: [
    {
      at: /^SaveBinlogPaths request base\.timestamp\b/,
      reason: 'the second in which it was sent',
      like: (recorded, ours) => [recorded, ours].every(isUnixSeconds),
    },
    {
      at: /^SaveBinlogPaths request deltalogs\.binlogs\b/,
      reason:
        'the original names the bounds of the packs that held the deletes, ours those of the deletes; the file of ours is smaller',
      like: (recorded, ours) => isDeltaWithin(logsOf(recorded), logsOf(ours)),
    },
    {
      at: /^GetCompactionState results\.result\.(insertLogs|field2StatslogPaths)\.binlogs\.(timestamp(From|To)|logSize|logID)\b/,
      reason: 'the rows were not kept, others stand in for them; and ours names what the original leaves out',
      like: (recorded, ours) => typeof recorded === 'bigint' && typeof ours === 'bigint',
    },
  ],
};

/** … and where a DataNode is asked on purpose. */
export const probeLikeness: Likeness = {
  newIDs: /^$/,
  unordered,
  mayDiffer: [
    metricsOfOthers,
    {
      at: /^ShowConfigurations configuations \(pattern "(timetick)?"\)/,
      reason:
        'the original lists what its configuration file names, ours all it has; what both list is the same',
      like: (recorded, ours) => sameItems(recorded, ours) >= 0,
    },
    {
      at: /^AddImportSegment \(unknown channel\)/,
      reason:
        'the original waits for longer than its caller; ours says after a while that the channel is not here',
      like: (_recorded, ours) => /channel not found/.test(refusal(ours) ?? ''),
    },
    died(/^Import \(empty request\)/, /without its task/),
  ],
};

function isUnixSeconds(value: unknown): boolean {
  return typeof value === 'bigint' && value > 1_600_000_000n && value < 4_000_000_000n;
}

function logsOf(list: unknown): readonly data.Binlog[] {
  // A field of that name holds logs.
  return Array.isArray(list) ? (list as data.Binlog[]) : [];
}

function isDeltaWithin(recorded: readonly data.Binlog[], ours: readonly data.Binlog[]): boolean {
  const [theirs] = recorded;
  const [own] = ours;
  if (theirs === undefined || own === undefined) return recorded.length === ours.length;
  return (
    recorded.length === 1 &&
    ours.length === 1 &&
    own.entriesNum === theirs.entriesNum &&
    own.timestampFrom >= theirs.timestampFrom &&
    own.timestampFrom <= own.timestampTo &&
    own.timestampTo <= theirs.timestampTo &&
    own.logSize > 0n &&
    own.logSize <= theirs.logSize
  );
}

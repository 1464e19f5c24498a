import { decodeLogs, type SegmentLogs } from './segment-logs.ts';

/** Bytes of all logs of a segment, as their writers counted them. */
export function logBytes(logs: SegmentLogs): number {
  let bytes = 0;
  for (const list of [logs.insert, logs.stats, logs.delta])
    for (const stored of list) for (const { logSize } of decodeLogs(stored)) bytes += Number(logSize);
  return bytes;
}

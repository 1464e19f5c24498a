import type { data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { TimeTickReporter } from '../time-tick-reporter.ts';

/** Reports the row counts of all segments that are not flushed with the next time ticks; answered in every state. Source: spec datanode-and-formats §1.5. */
export function resendSegmentStats(
  reporter: TimeTickReporter,
): UnaryHandler<data.ResendSegmentStatsRequest, data.ResendSegmentStatsResponse> {
  return () => ({ segResent: reporter.resend() });
}

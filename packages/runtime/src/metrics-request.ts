import { Internal } from '@millrace/core';

/**
 * Checks that GetMetrics asks for what there is, the system info. The texts of the refusals are the original's, which ends itself for a type
 * that is no string. Source: spec datacoord, appendix E.
 */
export function systemInfoAsked(request: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(request);
  } catch {
    throw new Internal(`failed to decode the request: ${complaintOf(request)}`);
  }
  const type = typeof parsed === 'object' && parsed !== null && 'metric_type' in parsed && parsed.metric_type;
  if (type === false) throw new Internal('metric_type not found in request');
  if (type !== 'system_info') throw new Internal('sorry, but this metric type is not implemented');
}

/** As Go's JSON reader says it, for the two cases that happen. */
function complaintOf(request: string): string {
  const [first] = request.trimStart();
  if (first === undefined) return 'unexpected end of JSON input';
  return `invalid character '${first}' looking for beginning of value`;
}

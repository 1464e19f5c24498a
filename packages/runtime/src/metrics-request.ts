import { Invalid } from '@millrace/core';

/**
 * Checks that GetMetrics asks for what there is, the system info. The texts of the refusals are the original's, which ends itself for a type
 * that is no string. Source: spec datacoord, appendix E.
 * @throws Invalid for any other type
 */
export function systemInfoAsked(request: string): void {
  if (metricTypeOf(request) !== 'system_info')
    throw new Invalid('sorry, but this metric type is not implemented', { milvusCode: 'UnexpectedError' });
}

/** What a GetMetrics request asks for, whatever it is. Throws Invalid for a request that is not JSON or names nothing. */
export function metricTypeOf(request: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(request);
  } catch {
    throw new Invalid(`failed to decode the request: ${complaintOf(request)}`, {
      milvusCode: 'UnexpectedError',
    });
  }
  if (typeof parsed !== 'object' || parsed === null || !('metric_type' in parsed))
    throw new Invalid('metric_type not found in request', { milvusCode: 'UnexpectedError' });
  return parsed.metric_type;
}

/** As Go's JSON reader says it, for the two cases that happen. */
function complaintOf(request: string): string {
  const [first] = request.trimStart();
  if (first === undefined) return 'unexpected end of JSON input';
  return `invalid character '${first}' looking for beginning of value`;
}

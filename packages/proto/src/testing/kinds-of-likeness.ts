import { common } from '../index.ts';
import { type MayDiffer, shown } from './compare-recorded.ts';

/** The reason of an answer that is a refusal; undefined for any other. */
export function refusal(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const status: unknown = 'status' in answer ? answer.status : answer;
  if (typeof status !== 'object' || status === null || !('errorCode' in status)) return undefined;
  // A Status has no member of another type.
  const { errorCode, reason } = status as common.Status;
  return errorCode === common.ErrorCode.Success ? undefined : reason;
}

/** A request that ended the recorded process, and what is wrong with it in our words. */
export function died(at: RegExp, reason: RegExp): MayDiffer {
  return {
    at,
    reason: 'the original dies of it; ours says what is wrong and lives',
    like: (recorded, ours) =>
      shown(recorded).includes('Socket closed') &&
      refusal(ours) !== undefined &&
      reason.test(refusal(ours) ?? ''),
  };
}

/** The answers to GetMetrics: alike when their JSON has the same shape. */
export const metricsOfOthers: MayDiffer = {
  at: /^GetMetrics response\b/,
  reason: 'JSON of another machine and another build; its shape is the same',
  like: (recorded, ours) => shapeOf(JSON.parse(String(recorded))) === shapeOf(JSON.parse(String(ours))),
};

/** Names and types of a JSON value, without its values. */
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shapeOf).join()}]`;
  if (typeof value !== 'object' || value === null) return typeof value;
  // A node that does not answer is told with its error and without what only it knows.
  if ('has_error' in value && value.has_error === true) return '{failed}';
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${shapeOf(member)}`)
    .sort()
    .join()}}`;
}

/** How many configuration items both lists have; -1 where one has two values. */
export function sameItems(recorded: unknown, ours: unknown): number {
  const items = (list: unknown) =>
    new Map((list as readonly common.KeyValuePair[]).map(({ key, value }) => [key, value]));
  const own = items(ours);
  const both = [...items(recorded)].filter(([key]) => own.has(key));
  return both.every(([key, value]) => own.get(key) === value) ? both.length : -1;
}

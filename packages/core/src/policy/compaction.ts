import { composeTimestamp, physicalMs, type Timestamp, type UniqueID } from '../timestamp.ts';

/** Why a plan was made: the word in the log, the metric and `millrace show`. */
export type CompactionReason =
  | 'asked'
  | 'too-many-files'
  | 'too-many-deltas'
  | 'expired'
  | 'deleted'
  | 'small'
  | 'leftover';

/** A log file as planning sees it. */
export interface LogView {
  readonly rows: number;
  readonly bytes: number;
  /** Of its latest row; 0 where the log does not say, as in logs that Milvus' own compaction wrote. */
  readonly timestampTo: Timestamp;
}

/** A flushed segment of one partition and channel. */
export interface CompactionView {
  readonly id: UniqueID;
  readonly rows: number;
  readonly maxRows: number;
  readonly createdByCompaction: boolean;
  readonly lastExpireTime: Timestamp;
  /** Files of the primary key's stats logs. */
  readonly statsFiles: number;
  /** Of the RowID field: one per batch, every row once. */
  readonly insertLogs: readonly LogView[];
  /** Bytes of all insert logs that end before a time. */
  readonly bytesBefore: (time: Timestamp) => number;
  readonly deltaLogs: readonly LogView[];
}

/** Times that a plan is made for. Source: spec datacoord §7.3. */
export interface CompactionTimes {
  /** Deletes before it are applied. */
  readonly travelTime: Timestamp;
  /** Rows before it have outlived the collection's TTL; 0 where there is none. */
  readonly expireTime: Timestamp;
}

/** Names in brackets are Milvus' keys below `dataCoord.`. Source: spec datacoord §13.2. */
export interface CompactionLimits {
  /** [segment.maxSize] over the size of a binlog, doubled: stats files above which a segment is rewritten. */
  readonly statsFilesMax: number;
  /** [compaction.single.deltalog.maxnum] */
  readonly deltaFilesMax: number;
  /** [compaction.single.deltalog.maxsize] */
  readonly deltaBytesMax: number;
  /** [compaction.single.expiredlog.maxsize] */
  readonly expiredBytesMax: number;
  /** [compaction.single.ratio.threshold] */
  readonly ratioMax: number;
  /** [compaction.max.segment] */
  readonly segmentsMax: number;
  /** [compaction.min.segment] */
  readonly segmentsMin: number;
  /** [segment.smallProportion] of the row limit below which a segment is merged. */
  readonly smallProportion: number;
  /** [segment.compactableProportion] of the row limit above which few small segments are merged. */
  readonly compactableProportion: number;
  /** [segment.expansionRate] of the row limit that a result may have. */
  readonly expansionRate: number;
}

/** A plan to be made: the segments it rewrites into one, at least one, and why. */
export interface CompactionDecision<View extends CompactionView> {
  readonly reason: CompactionReason;
  readonly segments: readonly View[];
}

/**
 * Whether a segment is worth rewriting for itself, and why. Unlike in the original only logs that say when they end count as expired: its
 * compaction writes logs that do not, and so rewrites every compacted segment of a collection with a TTL for ever. Rows are counted once and
 * not once per field. Source: spec datacoord §7.4, §15.
 */
export function rewriteReason(
  segment: CompactionView,
  { travelTime, expireTime }: CompactionTimes,
  limits: CompactionLimits,
): CompactionReason | undefined {
  if (!segment.createdByCompaction && segment.statsFiles > limits.statsFilesMax) return 'too-many-files';
  if (segment.deltaLogs.length > limits.deltaFilesMax) return 'too-many-deltas';
  if (expireTime > 0n) {
    const expired = sumBefore(segment.insertLogs, expireTime);
    if (isShare(expired.rows, segment.rows, limits.ratioMax)) return 'expired';
    if (segment.bytesBefore(expireTime) > limits.expiredBytesMax) return 'expired';
  }
  if (segment.lastExpireTime >= travelTime) return undefined;
  const deleted = sumBefore(segment.deltaLogs, travelTime);
  if (isShare(deleted.rows, segment.rows, limits.ratioMax) || deleted.bytes > limits.deltaBytesMax)
    return 'deleted';
  return undefined;
}

function sumBefore(
  logs: readonly LogView[],
  time: Timestamp,
): { readonly rows: number; readonly bytes: number } {
  let rows = 0;
  let bytes = 0;
  for (const log of logs) {
    if (log.timestampTo === 0n || log.timestampTo >= time) continue;
    rows += log.rows;
    bytes += log.bytes;
  }
  return { rows, bytes };
}

function isShare(part: number, whole: number, share: number): boolean {
  return part > 0 && part >= share * whole;
}

/** A plan in the making. */
interface Bucket<View> {
  readonly reason: CompactionReason;
  readonly segments: View[];
  rows: number;
}

/**
 * Plans for the flushed segments of one partition and channel: segments worth rewriting take small ones along, small ones are merged, and what
 * is left over joins where there is room. No segment is in two plans. Pure. Source: spec datacoord §7.4.
 * @param asked somebody asked for it: every segment counts as worth rewriting
 * @param maxRows row limit of a result
 */
export function planCompactions<View extends CompactionView>(
  segments: readonly View[],
  maxRows: number,
  times: CompactionTimes,
  limits: CompactionLimits,
  asked: boolean,
): CompactionDecision<View>[] {
  const reasons = new Map<View, CompactionReason>();
  for (const segment of segments) {
    const reason = asked ? 'asked' : rewriteReason(segment, times, limits);
    if (reason !== undefined) reasons.set(segment, reason);
  }
  const largestFirst = (a: View, b: View) => b.rows - a.rows || compareIDs(a.id, b.id);
  const priority = segments.filter((segment) => reasons.has(segment)).sort(largestFirst);
  const others = segments.filter((segment) => !reasons.has(segment));
  const smallRows = Math.floor(maxRows * limits.smallProportion);
  const small = others.filter(({ rows }) => rows < smallRows).sort(largestFirst);
  const rest = others.filter(({ rows }) => rows >= smallRows).sort((a, b) => -largestFirst(a, b));

  const plans = rewritePlans(priority, small, reasons, maxRows, limits);
  const leftovers = mergeSmall(small, plans, maxRows, limits);
  const remaining = joinPlans(leftovers, plans, maxRows, limits);
  expandRest(rest, remaining, plans, limits);
  return plans;
}

/** Takes what was used out of both lists. */
function rewritePlans<View extends CompactionView>(
  priority: View[],
  small: View[],
  reasons: ReadonlyMap<View, CompactionReason>,
  maxRows: number,
  limits: CompactionLimits,
): Bucket<View>[] {
  const plans: Bucket<View>[] = [];
  for (let first = priority.shift(); first !== undefined; first = priority.shift()) {
    const plan = bucket(reasons.get(first) ?? 'asked', first);
    fill(plan, priority, maxRows, limits.segmentsMax);
    fill(plan, small, maxRows, limits.segmentsMax);
    plans.push(plan);
  }
  return plans;
}

/** Adds plans for small segments; returns those that stay alone. */
function mergeSmall<View extends CompactionView>(
  small: View[],
  plans: Bucket<View>[],
  maxRows: number,
  limits: CompactionLimits,
): View[] {
  const leftovers: View[] = [];
  for (let first = small.shift(); first !== undefined; first = small.shift()) {
    const plan = bucket('small', first);
    small.reverse();
    fill(plan, small, maxRows, limits.segmentsMax);
    small.reverse();
    const isWorthIt =
      plan.segments.length >= limits.segmentsMin ||
      plan.rows > Math.floor(maxRows * Math.max(limits.compactableProportion, limits.smallProportion));
    // One segment alone would only be copied.
    if (isWorthIt && plan.segments.length > 1) plans.push(plan);
    else leftovers.push(...plan.segments);
  }
  return leftovers;
}

/** Puts small leftovers where a plan has room; returns the others. */
function joinPlans<View extends CompactionView>(
  leftovers: readonly View[],
  plans: readonly Bucket<View>[],
  maxRows: number,
  limits: CompactionLimits,
): View[] {
  const remaining: View[] = [];
  const smallEnough = Math.floor(maxRows * (limits.expansionRate - 1));
  for (const segment of leftovers.toReversed()) {
    const room = plans.find(
      ({ rows, segments }) =>
        rows + segment.rows <= Math.floor(maxRows * limits.expansionRate) &&
        segments.length < limits.segmentsMax,
    );
    if (segment.rows < smallEnough && room !== undefined) add(room, segment);
    else remaining.unshift(segment);
  }
  return remaining;
}

/** Segments that are large enough take what is still left over along, smallest of them first. */
function expandRest<View extends CompactionView>(
  rest: readonly View[],
  leftovers: View[],
  plans: Bucket<View>[],
  limits: CompactionLimits,
): void {
  for (const segment of rest) {
    const plan = bucket('leftover', segment);
    const rowsMax = Math.floor(segment.maxRows * limits.expansionRate);
    for (let at = leftovers.length - 1; at >= 0 && plan.segments.length < limits.segmentsMax; at--) {
      const leftover = leftovers[at];
      if (leftover === undefined || plan.rows + leftover.rows > rowsMax) continue;
      add(plan, leftover);
      leftovers.splice(at, 1);
    }
    if (plan.segments.length > 1) plans.push(plan);
  }
}

/** Moves segments that fit from `from`, in its order, into the plan. */
function fill<View extends CompactionView>(
  plan: Bucket<View>,
  from: View[],
  maxRows: number,
  segmentsMax: number,
): void {
  for (let at = 0; at < from.length && plan.segments.length < segmentsMax; ) {
    const segment = from[at];
    if (segment === undefined || segment.rows >= maxRows - plan.rows) at++;
    else add(plan, ...from.splice(at, 1));
  }
}

function bucket<View extends CompactionView>(reason: CompactionReason, first: View): Bucket<View> {
  return { reason, segments: [first], rows: first.rows };
}

function add<View extends CompactionView>(plan: Bucket<View>, ...segments: readonly View[]): void {
  for (const segment of segments) {
    plan.segments.push(segment);
    plan.rows += segment.rows;
  }
}

function compareIDs(a: UniqueID, b: UniqueID): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The times of a plan made at `now`. @param retentionMs how long deleted rows may be asked for; @param ttlMs of the collection, undefined for none
 */
export function compactionTimes(
  now: Timestamp,
  retentionMs: number,
  ttlMs: number | undefined,
): CompactionTimes {
  const at = (ms: number) => composeTimestamp(Math.max(0, physicalMs(now) - ms));
  return { travelTime: at(retentionMs), expireTime: ttlMs === undefined ? 0n : at(ttlMs) };
}

/** A hybrid timestamp: unix milliseconds << 18 | logical counter. Source: Milvus TSO. */
export type Timestamp = bigint;
/** Any id RootCoord hands out: collection, partition, segment, row, log, plan. */
export type UniqueID = bigint;

const logicalBits = 18n;
const logicalMask = (1n << logicalBits) - 1n;
/** Timestamps RootCoord can hand out within one millisecond. */
export const logicalMax = Number(logicalMask);

/**
 * The timestamp of a moment: what `physicalMs` and `logicalPart` take apart.
 * @param physicalMs unix milliseconds; a fraction is cut off
 * @param logical 0 to `logicalMax`
 */
export function composeTimestamp(physicalMs: number, logical = 0): Timestamp {
  return (BigInt(Math.trunc(physicalMs)) << logicalBits) | BigInt(logical);
}

/** Unix milliseconds. */
export function physicalMs(timestamp: Timestamp): number {
  return Number(timestamp >> logicalBits);
}

/** The counter within the millisecond: 0 to `logicalMax`. */
export function logicalPart(timestamp: Timestamp): number {
  return Number(timestamp & logicalMask);
}

/** The same logical part, `ms` later. */
export function addMs(timestamp: Timestamp, ms: number): Timestamp {
  return timestamp + (BigInt(Math.trunc(ms)) << logicalBits);
}

/** The later of two timestamps, the larger of two ids. */
export const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
/** The earlier of two timestamps, the smaller of two ids. */
export const minOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);

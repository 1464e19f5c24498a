/** A hybrid timestamp: unix milliseconds << 18 | logical counter. Source: Milvus TSO. */
export type Timestamp = bigint;
/** Any id RootCoord hands out: collection, partition, segment, row, log, plan. */
export type UniqueID = bigint;

const logicalBits = 18n;
const logicalMask = (1n << logicalBits) - 1n;
/** Timestamps RootCoord can hand out within one millisecond. */
export const logicalMax = Number(logicalMask);

export function composeTimestamp(physicalMs: number, logical = 0): Timestamp {
  return (BigInt(Math.trunc(physicalMs)) << logicalBits) | BigInt(logical);
}

/** Unix milliseconds. */
export function physicalMs(timestamp: Timestamp): number {
  return Number(timestamp >> logicalBits);
}

export function logicalPart(timestamp: Timestamp): number {
  return Number(timestamp & logicalMask);
}

/** The same logical part, `ms` later. */
export function addMs(timestamp: Timestamp, ms: number): Timestamp {
  return timestamp + (BigInt(Math.trunc(ms)) << logicalBits);
}

export const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const minOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);

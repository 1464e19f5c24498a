/** Binlog framing. Source: formats §6.1. */
export const magicNumber = 0x00fffabc;

export const eventTypes = { descriptor: 0, insert: 1, delete: 2 } as const;

export const eventHeaderBytes = 17;
/** Header and the two timestamps before the payload of a data event. */
export const dataEventPrefixBytes = eventHeaderBytes + 16;
/** Magic, header and fixed part of the descriptor, up to the extra JSON. */
export const descriptorPrefixBytes = 85;

/** Lengths of the fixed part of each event body, by type code. */
export const postHeaderLengths: readonly number[] = [52, 16, 16, 16, 16, 16, 16, 16];

/** What a binlog says about itself. */
export interface BinlogDescriptor {
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly segmentID: bigint;
  /** -1 in delta logs. */
  readonly fieldID: bigint;
  /** schema.DataType code of the payload. */
  readonly dataType: number;
  /** Least and greatest timestamp of the rows or deletes inside. */
  readonly startTimestamp: bigint;
  readonly endTimestamp: bigint;
  /** Hybrid timestamp of the wall clock at writing. */
  readonly headerTimestamp: bigint;
}

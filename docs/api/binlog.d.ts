// @millrace/binlog

// append-picked
export declare function appendPicked(builder: ColumnBuilder, column: Column, rows: Uint32Array): void;

// bloom-filter
export declare class BloomFilter {
    readonly bits: number;
    readonly probes: number;
    readonly words: Uint32Array<ArrayBuffer>;
    constructor(bits: number, probes: number, words?: Uint32Array<ArrayBuffer>);
    static forKeys(keys: number): BloomFilter;
    add(hashes: KeyHash, at?: number): void;
    has(hashes: KeyHash, at?: number): boolean;
    toBase64(): string;
    static fromBase64(bits: number, probes: number, text: string): BloomFilter;
}

export declare function bloomSize(keys: number): {
    readonly bits: number;
    readonly probes: number;
};

// column-builder
export declare class ColumnBuilder {
    readonly shape: ColumnShape;
    constructor(shape: ColumnShape, options?: ColumnBuilderOptions);
    get rows(): number;
    get byteLength(): number;
    appendFixed(bytes: Uint8Array): void;
    extend(rows: number): Uint8Array;
    appendUtf8(utf8: Uint8Array, start?: number, end?: number): void;
    appendString(text: string): void;
    appendPlain(values: Uint8Array, rows: number): void;
    appendColumn(column: Column): void;
    view(): Column;
    clear(): void;
    release(): void;
}

export interface ColumnBuilderOptions {
    readonly capacity?: number;
    readonly expected?: number;
    readonly memory?: ColumnMemory;
}

export declare const columnBytesMax: number;

// column-memory
export interface ColumnMemory {
    allocate(bytes: number): Uint8Array;
    free(memory: Uint8Array): void;
}

export declare const freshMemory: ColumnMemory;

// column
export type Column = FixedColumn | VarcharColumn;

export interface FixedColumn {
    readonly dataType: Exclude<ColumnType, 'varchar'>;
    readonly rows: number;
    readonly width: number;
    readonly values: Uint8Array;
}

export interface VarcharColumn {
    readonly dataType: 'varchar';
    readonly rows: number;
    readonly width: 0;
    readonly values: Uint8Array;
}

export declare function columnOf(shape: ColumnShape, rows: number, values: Uint8Array): Column;

export declare function memorySize(column: Column): number;

export declare function pickRows(column: Column, rows: Uint32Array): Column;

export declare function stringsOf(column: VarcharColumn): Generator<Uint8Array, void, void>;

export declare function varcharOffsets(column: VarcharColumn): Uint32Array;

// data-type
export interface ColumnShape {
    readonly dataType: ColumnType;
    readonly width: number;
}

export type ColumnType = 'bool' | 'int8' | 'int16' | 'int32' | 'int64' | 'float' | 'double' | 'varchar' | 'binary-vector' | 'float-vector';

export declare function columnShape(code: number, dim?: number): ColumnShape;

export declare function columnTypeOf(code: number): ColumnType | undefined;

export declare const dataTypeCodes: {
    readonly bool: 1;
    readonly int8: 2;
    readonly int16: 3;
    readonly int32: 4;
    readonly int64: 5;
    readonly float: 10;
    readonly double: 11;
    readonly varchar: 21;
    readonly 'binary-vector': 100;
    readonly 'float-vector': 101;
};

export declare function fieldShape(field: Pick<schema.FieldSchema, 'dataType' | 'typeParams'>): ColumnShape;

export declare function typeParam(field: Pick<schema.FieldSchema, 'typeParams'>, key: string): number;

// delete-line
export interface DeleteEntry {
    readonly primaryKey: PrimaryKey;
    readonly timestamp: bigint;
}

// delta-log
export interface DecodedDeltaLog extends BinlogDescriptor {
    readonly deletes: readonly DeleteEntry[];
}

export interface DeltaLog {
    readonly collectionID: bigint;
    readonly partitionID: bigint;
    readonly segmentID: bigint;
    readonly deletes: readonly DeleteEntry[];
    readonly headerTimestamp: bigint;
}

export declare function decodeDeltaLog(bytes: Uint8Array): DecodedDeltaLog;

export declare function deleteTimestamps(deletes: readonly DeleteEntry[]): {
    readonly from: bigint;
    readonly to: bigint;
};

export declare function deletesOfLog(bytes: Uint8Array): Generator<DeleteEntry, void, void>;

export declare function encodeDeltaLog(log: DeltaLog & {
    readonly compress?: Compress;
}): Uint8Array[];

export declare function encodeDeltaLogAsync(log: DeltaLog & {
    readonly compress: CompressAsync;
}): Promise<Uint8Array[]>;

// event
export interface BinlogDescriptor {
    readonly collectionID: bigint;
    readonly partitionID: bigint;
    readonly segmentID: bigint;
    readonly fieldID: bigint;
    readonly dataType: number;
    readonly startTimestamp: bigint;
    readonly endTimestamp: bigint;
    readonly headerTimestamp: bigint;
}

// growing-keys
export declare class GrowingKeys {
    constructor(type: PrimaryKeyType);
    add(column: Column): void;
    mayContain(key: PrimaryKey): boolean;
}

// insert-log
export interface DecodedInsertLog extends BinlogDescriptor {
    readonly column: Column;
}

export interface InsertLog extends BinlogDescriptor {
    readonly column: Column;
    readonly createdBy?: string;
    readonly checksums?: boolean;
}

export declare function decodeInsertLog(bytes: Uint8Array): DecodedInsertLog;

export declare function encodeInsertLog(log: InsertLog & {
    readonly compress?: Compress;
}): Uint8Array[];

export declare function encodeInsertLogAsync(log: InsertLog & {
    readonly compress: CompressAsync;
}): Promise<Uint8Array[]>;

// parquet/compression
export type Compress = (page: Uint8Array) => Uint8Array;

export type CompressAsync = (page: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export declare function zstd(level?: number): Compress;

export declare function zstdAsync(level?: number): CompressAsync;

// primary-key-stats
export declare class PrimaryKeyStats {
    readonly type: PrimaryKeyType;
    constructor(type: PrimaryKeyType);
    get rows(): number;
    get min(): PrimaryKey | undefined;
    get max(): PrimaryKey | undefined;
    add(key: Uint8Array): void;
    addColumn(column: Column): void;
    finish(): PrimaryKeySummary;
    encode(fieldID: bigint): Uint8Array;
}

export declare function summarizeKeys(type: PrimaryKeyType, column: Column): PrimaryKeySummary;

// primary-key-summary
export interface PrimaryKeySummary {
    readonly min: PrimaryKey;
    readonly max: PrimaryKey;
    readonly filter: BloomFilter;
}

export declare function mayContain(summary: PrimaryKeySummary, key: PrimaryKey): boolean;

// primary-key
export type PrimaryKey = bigint | string;

export type PrimaryKeyType = 'int64' | 'varchar';

export declare function comparePrimaryKeys(a: PrimaryKey, b: PrimaryKey): number;

export declare function primaryKeyBytes(key: PrimaryKey): Uint8Array;

export declare function primaryKeyOf(type: PrimaryKeyType, bytes: Uint8Array): PrimaryKey;

// sort-by-row-id
export declare function rowIDOrder(rowIDs: Column): Uint32Array | undefined;

export declare function sortByRowID<Key>(columns: ReadonlyMap<Key, Column>, rowIDs: Column): ReadonlyMap<Key, Column>;

// stats-log
export interface StatsLog extends PrimaryKeySummary {
    readonly fieldID: bigint;
}

export declare function decodeStatsLog(bytes: Uint8Array): StatsLog;

export declare function encodeStatsLog(fieldID: bigint, summary: PrimaryKeySummary): Uint8Array;

// Not exported by name:

// key-hash
export type KeyHash = BigUint64Array;


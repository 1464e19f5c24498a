// @millrace/binlog

// append-picked
/**
 * Appends the listed rows of a column, in the listed order. Row numbers must be below `column.rows`.
 * @throws Internal for a column that has not the builder's shape
 */
export declare function appendPicked(builder: ColumnBuilder, column: Column, rows: Uint32Array): void;

// bloom-filter
/** The filter of Milvus' stats logs (bits-and-blooms v3), bit for bit. It never denies a key that was added. */
export declare class BloomFilter {
    /** m and k of the stats log. */
    readonly bits: number;
    readonly probes: number;
    /** Bit i is bit `i mod 32` of word `i / 32`. */
    readonly words: Uint32Array<ArrayBuffer>;
    constructor(bits: number, probes: number, words?: Uint32Array<ArrayBuffer>);
    /** An empty filter with room for this many keys. */
    static forKeys(keys: number): BloomFilter;
    /** Adds the key whose hash lies at `hashes[at, at + 4)`. */
    add(hashes: KeyHash, at?: number): void;
    /** Whether the key may have been added: false is certain. */
    has(hashes: KeyHash, at?: number): boolean;
    /** Base64url form of the stats log: bit count, then the 64-bit words, all big-endian, with padding. */
    toBase64(): string;
    /** @throws Corrupt when the sizes contradict each other or the text is not base64url */
    static fromBase64(bits: number, probes: number, text: string): BloomFilter;
}

/** Bits and probes of a filter for `keys` keys. Source: formats §7.2. */
export declare function bloomSize(keys: number): {
    readonly bits: number;
    readonly probes: number;
};

// column-builder
/** A growing column: rows are appended at the end, in the layout of `Column`. Growth doubles, so appending is amortised constant. */
export declare class ColumnBuilder {
    readonly shape: ColumnShape;
    constructor(shape: ColumnShape, options?: ColumnBuilderOptions);
    get rows(): number;
    /** Bytes of the rows so far, as they lie in the column. */
    get byteLength(): number;
    /** Appends whole rows of a fixed width type, little-endian as they will lie in the column. */
    appendFixed(bytes: Uint8Array): void;
    /** Appends `rows` rows of a fixed width type and returns their bytes for the caller to fill, all of them, before the next append. */
    extend(rows: number): Uint8Array;
    /** Appends one string given as UTF-8, `utf8[start, end)`. */
    appendUtf8(utf8: Uint8Array, start?: number, end?: number): void;
    /** Appends one string. */
    appendString(text: string): void;
    /** Appends strings that are already in PLAIN layout. @throws Internal when the bytes do not hold exactly `rows` strings */
    appendPlain(values: Uint8Array, rows: number): void;
    /** Appends all rows of a column of the same shape. */
    appendColumn(column: Column): void;
    /** The rows so far, without a copy: valid until the next append or clear. */
    view(): Column;
    /** Forgets the rows and keeps the memory. */
    clear(): void;
    /** Gives the memory back. Views of it must not be used any more, and nothing can be appended. */
    release(): void;
}

/** How a ColumnBuilder gets its memory. All may be missing: 4 KiB at first, doubled as rows come, from fresh arrays. */
export interface ColumnBuilderOptions {
    /** Bytes reserved at first; default 4 KiB. */
    readonly capacity?: number;
    /** Bytes it will probably come to: a column that has reached a mebibyte goes there in one step instead of by doubling. */
    readonly expected?: number;
    /** For example shared memory that a worker reads without a copy. Default: fresh arrays. */
    readonly memory?: ColumnMemory;
}

/** One binlog has 32-bit signed lengths (formats §6.2), so a column must stay below this. */
export declare const columnBytesMax: number;

// column-memory
/** Where growing columns get their bytes, and give them back. */
export interface ColumnMemory {
    /** At least so many bytes, whatever they hold. */
    allocate(bytes: number): Uint8Array;
    /** Nobody reads or writes it any more. Memory that may still be in use somewhere is not given back but dropped. */
    free(memory: Uint8Array): void;
}

/** Fresh arrays of zeros, left to the garbage collector when they are given back. */
export declare const freshMemory: ColumnMemory;

// column
/** The values of one field. A plain object: it crosses into a worker as it is, without a copy when it lies on shared memory. */
export type Column = FixedColumn | VarcharColumn;

/** Rows of a fixed width, little-endian, back to back: `values.length = rows × width`. A bool takes one byte, 0 or 1. */
export interface FixedColumn {
    readonly dataType: Exclude<ColumnType, 'varchar'>;
    readonly rows: number;
    /** Bytes per row: 1, 2, 4, 8; 4·dim for float vectors, dim/8 for binary vectors. */
    readonly width: number;
    readonly values: Uint8Array;
}

/** Strings in Parquet's PLAIN layout: u32 little-endian byte length, then UTF-8, repeated. */
export interface VarcharColumn {
    readonly dataType: 'varchar';
    readonly rows: number;
    readonly width: 0;
    readonly values: Uint8Array;
}

/** Puts a shape, a row count and bytes together. The caller vouches that the bytes have that many rows. */
export declare function columnOf(shape: ColumnShape, rows: number, values: Uint8Array): Column;

/** Bytes Milvus counts for a column in memory: `original_size`, `log_size` of a flush. Source: formats §9.4. */
export declare function memorySize(column: Column): number;

/** The listed rows of a column, in the listed order, as a new column. Row numbers must be below `column.rows`. */
export declare function pickRows(column: Column, rows: Uint32Array): Column;

/** The strings of a varchar column, as UTF-8 views of its bytes. */
export declare function stringsOf(column: VarcharColumn): Generator<Uint8Array, void, void>;

/**
 * Byte offset of every string of a varchar column, and the end of the last: rows + 1 numbers.
 * @throws Internal when the bytes do not hold exactly `rows` strings
 */
export declare function varcharOffsets(column: VarcharColumn): Uint32Array;

// data-type
/** Type of a column and bytes per row; `width` is 0 for varchar, whose rows differ. */
export interface ColumnShape {
    readonly dataType: ColumnType;
    readonly width: number;
}

/** How the values of one field are held in memory. `String` and `VarChar` are one column type. */
export type ColumnType = 'bool' | 'int8' | 'int16' | 'int32' | 'int64' | 'float' | 'double' | 'varchar' | 'binary-vector' | 'float-vector';

/**
 * Shape of a column of this schema.DataType code.
 * @param dim vector dimension, 1 to 32768; binary vectors need a multiple of 8; ignored for scalars
 * @throws Invalid when the code is unknown or the dimension does not fit the type
 */
export declare function columnShape(code: number, dim?: number): ColumnShape;

/** Column type of a schema.DataType code, or undefined where Milvus 2.2 stores no such type. */
export declare function columnTypeOf(code: number): ColumnType | undefined;

/** Milvus' schema.DataType codes, by column type. Kept as numbers so that an encoding worker need not load the wire types. */
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

/** Shape of the column of a schema field, with `dim` taken from its type parameters. @throws Invalid as columnShape does */
export declare function fieldShape(field: Pick<schema.FieldSchema, 'dataType' | 'typeParams'>): ColumnShape;

/** A decimal type parameter of a field (`dim`, `max_length`), or 0 when it is absent or not a number. */
export declare function typeParam(field: Pick<schema.FieldSchema, 'typeParams'>, key: string): number;

// delete-line
/** One deleted key: rows with it and a timestamp up to this one are gone. */
export interface DeleteEntry {
    readonly primaryKey: PrimaryKey;
    readonly timestamp: bigint;
}

// delta-log
/** A delta log that was read: whose deletes they are, as its descriptor says, and the deletes. Its `fieldID` is -1, which stands for none. */
export interface DecodedDeltaLog extends BinlogDescriptor {
    readonly deletes: readonly DeleteEntry[];
}

/** What one delta log is made of: deletes of one segment, at least one, each timestamp above 0. Source: formats §7.3. */
export interface DeltaLog {
    readonly collectionID: bigint;
    readonly partitionID: bigint;
    readonly segmentID: bigint;
    /** In the order they arrived. */
    readonly deletes: readonly DeleteEntry[];
    /** Hybrid timestamp of the wall clock. */
    readonly headerTimestamp: bigint;
}

/** Reads a delta log of Milvus or of this package, also one with the lines `pk,ts` of older versions. @throws Corrupt */
export declare function decodeDeltaLog(bytes: Uint8Array): DecodedDeltaLog;

/** Least and greatest timestamp of some deletes. @throws Invalid without deletes */
export declare function deleteTimestamps(deletes: readonly DeleteEntry[]): {
    readonly from: bigint;
    readonly to: bigint;
};

/** The deletes of a delta log one by one, for readers that keep less than all of them. @throws Corrupt */
export declare function deletesOfLog(bytes: Uint8Array): Generator<DeleteEntry, void, void>;

/**
 * Encodes deletes of one segment as the chunks of a binlog. Source: formats §7.3.
 * @throws Invalid without deletes or for a timestamp of 0
 */
export declare function encodeDeltaLog(log: DeltaLog & {
    readonly compress?: Compress;
}): Uint8Array[];

/** Like encodeDeltaLog, with compression that may happen elsewhere. */
export declare function encodeDeltaLogAsync(log: DeltaLog & {
    readonly compress: CompressAsync;
}): Promise<Uint8Array[]>;

// event
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

// growing-keys
/** Which primary keys a batch in the making may hold: what routes deletes to rows that are in no object yet. */
export declare class GrowingKeys {
    constructor(type: PrimaryKeyType);
    /** Adds every key of a column of this type. */
    add(column: Column): void;
    /** Whether a key may have been added: false is certain. */
    mayContain(key: PrimaryKey): boolean;
}

// insert-log
/** Where the column of a log that is read goes. */
export interface DecodeInsertLogOptions {
    /**
     * Gives memory of at least so many bytes, whatever they hold; a column of fixed width lies at its beginning. By default it is new. Strings
     * lie where there was room: in the file, or in memory of their own.
     */
    readonly memory?: (bytes: number) => Uint8Array;
}

/** An insert log that was read: whose rows they are, as its descriptor says, and the rows themselves. */
export interface DecodedInsertLog extends BinlogDescriptor {
    readonly column: Column;
}

/** What one insert log is made of: the rows of one field of one segment, at least one, and their ids. Source: formats §6.1. */
export interface InsertLog extends BinlogDescriptor {
    /** The field's values, rows in ascending RowID. Its type must be the one `dataType` stands for. */
    readonly column: Column;
    /** Name of the writer in the Parquet footer; default `millrace`. */
    readonly createdBy?: string;
    /** CRC-32 in every page header; default true. */
    readonly checksums?: boolean;
}

/**
 * Reads an insert log of Milvus or of this package.
 * @throws Corrupt when it is damaged, as far as checksums and redundant sizes show it: Milvus' own files have no checksums
 */
export declare function decodeInsertLog(bytes: Uint8Array, options?: DecodeInsertLogOptions): DecodedInsertLog;

/**
 * Encodes one field of one batch as the chunks of a binlog, to be written one after the other. Chunks may be views of the
 * column's bytes: keep those unchanged until the object is written. Pure and synchronous: call it in a worker.
 * @throws Invalid for an empty column or zero timestamps; Exhausted when the file would reach 2 GiB
 */
export declare function encodeInsertLog(log: InsertLog & {
    readonly compress?: Compress;
}): Uint8Array[];

/** Like encodeInsertLog, with compression that may happen elsewhere; pages are compressed one after the other. */
export declare function encodeInsertLogAsync(log: InsertLog & {
    readonly compress: CompressAsync;
}): Promise<Uint8Array[]>;

// parquet/compression
/** Turns one page into one or more zstd frames. The page's bytes are only lent: the result must not refer to them. */
export type Compress = (page: Uint8Array) => Uint8Array;

/** Like Compress, off the calling thread. */
export type CompressAsync = (page: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** zstd through Node's zlib, on the calling thread: for workers. Level 3 is what Milvus uses and gains nothing on vectors. */
export declare function zstd(level?: number): Compress;

/** zstd through Node's zlib on libuv's threads. */
export declare function zstdAsync(level?: number): CompressAsync;

// primary-key-stats
/**
 * Collects the primary keys of one batch of rows; at its end `finish` gives the filter sized for exactly these rows, which the stats log
 * holds. Keeps 32 bytes per key.
 */
export declare class PrimaryKeyStats {
    readonly type: PrimaryKeyType;
    constructor(type: PrimaryKeyType);
    get rows(): number;
    /** Least key so far, undefined before the first. Strings are ordered by their UTF-8 bytes. */
    get min(): PrimaryKey | undefined;
    get max(): PrimaryKey | undefined;
    /** Adds one key: 8 little-endian bytes or UTF-8. */
    add(key: Uint8Array): void;
    /** Adds every key of a column of this type. */
    addColumn(column: Column): void;
    /** Range and filter of the rows added, to be kept after the batch. @throws Invalid for an empty batch */
    finish(): PrimaryKeySummary;
    /** The stats log of the rows added. @throws Invalid for an empty batch */
    encode(fieldID: bigint): Uint8Array;
}

/** Range and filter of the keys of one column. @throws Invalid for an empty column, Internal for one of another type */
export declare function summarizeKeys(type: PrimaryKeyType, column: Column): PrimaryKeySummary;

// primary-key-summary
/** What a stats log knows of the primary keys of one insert log. */
export interface PrimaryKeySummary {
    readonly min: PrimaryKey;
    readonly max: PrimaryKey;
    readonly filter: BloomFilter;
}

/** Whether the rows may hold this key: false is certain. Used to route deletes to segments. */
export declare function mayContain(summary: PrimaryKeySummary, key: PrimaryKey): boolean;

// primary-key
/** A primary key: int64 or varchar. */
export type PrimaryKey = bigint | string;

/** The two column types a primary key may have. All keys of a collection are of one. */
export type PrimaryKeyType = 'int64' | 'varchar';

/**
 * Negative, zero or positive as `a` sorts before, with or after `b`; strings by their UTF-8 bytes, as Milvus does.
 * @throws Internal for keys of two types
 */
export declare function comparePrimaryKeys(a: PrimaryKey, b: PrimaryKey): number;

/** The bytes a primary key is hashed as: 8 little-endian bytes or UTF-8. Source: formats §7.2. */
export declare function primaryKeyBytes(key: PrimaryKey): Uint8Array;

/**
 * The key that these bytes stand for. Bytes that are no UTF-8 become U+FFFD, as in Milvus' own JSON.
 * @throws Internal for an int64 key that has not eight bytes
 */
export declare function primaryKeyOf(type: PrimaryKeyType, bytes: Uint8Array): PrimaryKey;

// sort-by-row-id
/**
 * The order of rows in which RowID ascends, or undefined when it already does. Equal RowIDs keep their order. Rows mostly come in long
 * ascending runs, one per message or file, so runs are merged instead of rows sorted.
 * @param rowIDs the int64 column of field 0
 * @throws Internal for a column of another type
 */
export declare function rowIDOrder(rowIDs: Column): Uint32Array | undefined;

/** Every column with its rows in ascending RowID; the same columns when they already are. Source: formats §6.2. */
export declare function sortByRowID<Key>(columns: ReadonlyMap<Key, Column>, rowIDs: Column): ReadonlyMap<Key, Column>;

// stats-log
/** Which keys an insert log may hold: range and bloom filter, and the field they are of, the primary key. Source: formats §7.1. */
export interface StatsLog extends PrimaryKeySummary {
    readonly fieldID: bigint;
}

/**
 * Reads a stats log. Files older than `pkType` are int64 and keep their range in `min` and `max`.
 * @throws Corrupt when it is damaged, as far as its parts can contradict each other
 */
export declare function decodeStatsLog(bytes: Uint8Array): StatsLog;

/** The stats log of one insert log, byte for byte as Milvus 2.2.8 writes it. Source: formats §7.1. */
export declare function encodeStatsLog(fieldID: bigint, summary: PrimaryKeySummary): Uint8Array;

// Not exported by name:

// key-hash
/** Four 64-bit hashes per key: what a bloom filter of any size needs of it. */
export type KeyHash = BigUint64Array;


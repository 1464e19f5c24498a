// @millrace/rootcoord-bridge

// data-coord-bridge
/**
 * What a RootCoord holds to drive a DataCoord. Every call waits until `setDataCoord` has reached one, bounded by its own signal and
 * deadline. A failing answer is thrown as an error with the interface's text; so is a panic (anything thrown that is no error of ours).
 */
export declare class DataCoordBridge {
    constructor(components: DataCoordBridgeComponents);
    /** Whether `setDataCoord` has reached one. It stays true when that DataCoord goes away: calls find out. */
    get isConnected(): boolean;
    /**
     * Reaches the DataCoord, however long it takes, then lets the calls through. A later one replaces it. A client that looks its address
     * up (`dataCoordOf`) follows a DataCoord that moves. Rejects with Unavailable when the signal aborts first.
     */
    setDataCoord(dataCoord: DataCoordClient, signal: AbortSignal): Promise<void>;
    /** Paths of the insert binlogs of one field of a segment. NotFound when there is none. */
    callGetBinlogFilePaths(segmentID: UniqueID, fieldID: UniqueID, options?: CallOptions): Promise<string[]>;
    /** Rows of a segment; 0 while it is not flushed, unless the caller asks from the flushed channel. DataCoord fails for an unknown one. */
    callGetNumRows(segmentID: UniqueID, isFromFlushedChannel: boolean, options?: CallOptions): Promise<bigint>;
    /** Ids of the flushed segments of a partition; every partition's for a negative id. */
    callGetFlushedSegments(collectionID: UniqueID, partitionID: UniqueID, options?: CallOptions): Promise<UniqueID[]>;
    /** Has the virtual channels of a collection consumed. Waits out a DataCoord that starts. No `base`, as the original. */
    callWatchChannels(collectionID: UniqueID, channelNames: readonly string[], details?: WatchChannelsDetails, options?: CallOptions): Promise<void>;
    /** Gives an import task to a node. Never rejects: every failure is the status of the answer. */
    callImport(request: Partial<data.ImportTaskRequest>, options?: CallOptions): Promise<data.ImportTaskResponse>;
    /** Seals and flushes segments of a collection. */
    callFlushOnCollection(collectionID: UniqueID, segmentIDs: readonly UniqueID[], options?: CallOptions & {
        readonly isImport?: boolean;
    }): Promise<void>;
    /** Whether DataCoord keeps nothing of a partition any more; partition -1 stands for the whole collection. Source: Milvus 2.2.8. */
    callGcConfirm(collectionID: UniqueID, partitionID: UniqueID, options?: CallOptions): Promise<boolean>;
    /** Tells DataCoord the new properties of a collection. Source: Milvus 2.2.8. */
    callBroadcastAlteredCollection(request: Partial<data.AlterCollectionRequest>, options?: CallOptions): Promise<void>;
    /** State of each segment, in the order asked. Source: Milvus 2.2.8. */
    callGetSegmentStates(segmentIDs: readonly UniqueID[], options?: CallOptions): Promise<readonly data.SegmentStateInfo[]>;
    /** Makes imported segments ordinary ones. Waits out a DataCoord that starts. Source: Milvus 2.2.8. */
    callUnsetIsImportingState(segmentIDs: readonly UniqueID[], options?: CallOptions): Promise<void>;
    /** Drops segments, whatever their state; unknown ones are gone already. Waits out a DataCoord that starts. Source: Milvus 2.2.8. */
    callMarkSegmentsDropped(segmentIDs: readonly UniqueID[], options?: CallOptions): Promise<void>;
}

/** What a RootCoord lends its bridge. */
export interface DataCoordBridgeComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    /** One timestamp of the oracle. Stamped on the requests whose `base` the interface stamps. */
    readonly allocTimestamp: () => Promise<Timestamp>;
    /** Id of the RootCoord that calls: `base.sourceID`. */
    readonly serverID: UniqueID;
}

/** What the bridge calls: a client of one address, or one that looks the address up (`dataCoordOf`). */
export type DataCoordClient = ClientOf<typeof data.DataCoordService>;

/** What Milvus 2.2 sends besides the channels of a new collection. Both may be missing: the interface before it sends neither. */
export interface WatchChannelsDetails {
    /** Physical channel → id of the CreateCollection message in it. */
    readonly startPositions?: readonly common.KeyDataPair[];
    /** With the system fields. */
    readonly schema?: data.WatchChannelsRequest['schema'];
}

// data-coord-of
/** The DataCoord of a cluster, wherever its session says it is: looked up at the first call and again after each transport failure. */
export declare function dataCoordOf(store: MetaStore, metaRoot?: string): RpcClient<typeof data.DataCoordService>;


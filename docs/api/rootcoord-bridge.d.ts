// @millrace/rootcoord-bridge

// data-coord-bridge
export declare class DataCoordBridge {
    constructor(components: DataCoordBridgeComponents);
    get isConnected(): boolean;
    setDataCoord(dataCoord: DataCoordClient, signal: AbortSignal): Promise<void>;
    callGetBinlogFilePaths(segmentID: UniqueID, fieldID: UniqueID, options?: CallOptions): Promise<string[]>;
    callGetNumRows(segmentID: UniqueID, isFromFlushedChannel: boolean, options?: CallOptions): Promise<bigint>;
    callGetFlushedSegments(collectionID: UniqueID, partitionID: UniqueID, options?: CallOptions): Promise<UniqueID[]>;
    callWatchChannels(collectionID: UniqueID, channelNames: readonly string[], details?: WatchChannelsDetails, options?: CallOptions): Promise<void>;
    callImport(request: Partial<data.ImportTaskRequest>, options?: CallOptions): Promise<data.ImportTaskResponse>;
    callFlushOnCollection(collectionID: UniqueID, segmentIDs: readonly UniqueID[], options?: CallOptions & {
        readonly isImport?: boolean;
    }): Promise<void>;
    callGcConfirm(collectionID: UniqueID, partitionID: UniqueID, options?: CallOptions): Promise<boolean>;
    callBroadcastAlteredCollection(request: Partial<data.AlterCollectionRequest>, options?: CallOptions): Promise<void>;
    callGetSegmentStates(segmentIDs: readonly UniqueID[], options?: CallOptions): Promise<readonly data.SegmentStateInfo[]>;
    callUnsetIsImportingState(segmentIDs: readonly UniqueID[], options?: CallOptions): Promise<void>;
    callMarkSegmentsDropped(segmentIDs: readonly UniqueID[], options?: CallOptions): Promise<void>;
}

export interface DataCoordBridgeComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly allocTimestamp: () => Promise<Timestamp>;
    readonly serverID: UniqueID;
}

export type DataCoordClient = ClientOf<typeof data.DataCoordService>;

export interface WatchChannelsDetails {
    readonly startPositions?: readonly common.KeyDataPair[];
    readonly schema?: data.WatchChannelsRequest['schema'];
}

// data-coord-of
export declare function dataCoordOf(store: MetaStore, metaRoot?: string): RpcClient<typeof data.DataCoordService>;


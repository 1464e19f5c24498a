// @millrace/proto

export namespace common {
    Address
    Blob
    Builtin
    CompactionState
    ConsistencyLevel
    DMLMsgHeader
    DeepPartial
    DslType
    ErrorCode
    Exact
    ImportState
    IndexState
    KeyDataPair
    KeyValuePair
    KeysOfUnion
    LoadState
    MessageFns
    MsgBase
    MsgHeader
    MsgType
    ObjectPrivilege
    ObjectType
    PlaceholderGroup
    PlaceholderType
    PlaceholderValue
    PrivilegeExt
    SegmentState
    StateCode
    Status
}

export namespace data {
    AcquireSegmentLockRequest
    AddImportSegmentRequest
    AddImportSegmentResponse
    AlterCollectionRequest
    AssignSegmentIDRequest
    AssignSegmentIDResponse
    Binlog
    Builtin
    ChannelStatus
    ChannelWatchInfo
    ChannelWatchState
    CheckPoint
    CompactionPlan
    CompactionResult
    CompactionSegmentBinlogs
    CompactionStateRequest
    CompactionStateResponse
    CompactionStateResult
    CompactionType
    DataCoordServer
    DataCoordService
    DataNodeInfo
    DataNodeServer
    DataNodeService
    DataNodeTtMsg
    DeepPartial
    DeltaLogInfo
    DropVirtualChannelRequest
    DropVirtualChannelResponse
    DropVirtualChannelSegment
    Empty
    Exact
    FieldBinlog
    FlushRequest
    FlushResponse
    FlushSegmentsRequest
    GcConfirmRequest
    GcConfirmResponse
    GetCollectionStatisticsRequest
    GetCollectionStatisticsResponse
    GetFlushedSegmentsRequest
    GetFlushedSegmentsResponse
    GetInsertBinlogPathsRequest
    GetInsertBinlogPathsResponse
    GetPartitionStatisticsRequest
    GetPartitionStatisticsResponse
    GetRecoveryInfoRequest
    GetRecoveryInfoRequestV2
    GetRecoveryInfoResponse
    GetRecoveryInfoResponseV2
    GetSegmentInfoChannelRequest
    GetSegmentInfoRequest
    GetSegmentInfoResponse
    GetSegmentInfoResponse_ChannelCheckpointEntry
    GetSegmentStatesRequest
    GetSegmentStatesResponse
    GetSegmentsByStatesRequest
    GetSegmentsByStatesResponse
    ImportTask
    ImportTaskInfo
    ImportTaskRequest
    ImportTaskResponse
    ImportTaskState
    KeysOfUnion
    ListSegmentsInfoRequest
    ListSegmentsInfoResponse
    MarkSegmentsDroppedRequest
    MessageFns
    ReleaseSegmentLockRequest
    ResendSegmentStatsRequest
    ResendSegmentStatsResponse
    SaveBinlogPathsRequest
    SaveImportSegmentRequest
    SegmentBinlogs
    SegmentFieldBinlogMeta
    SegmentFlushCompletedMsg
    SegmentIDAssignment
    SegmentIDRequest
    SegmentInfo
    SegmentMsg
    SegmentReferenceLock
    SegmentStartPosition
    SegmentStateInfo
    SegmentStats
    SegmentType
    SetSegmentStateRequest
    SetSegmentStateResponse
    SyncSegmentsRequest
    UnsetIsImportingStateRequest
    UpdateChannelCheckpointRequest
    UpdateSegmentStatisticsRequest
    VchannelInfo
    WatchChannelsRequest
    WatchChannelsResponse
    WatchDmChannelsRequest
}

export namespace dataService {
    DataServiceServer
    DataServiceService
}

export namespace etcd {
    Builtin
    CompactionRequest
    CompactionResponse
    Compare
    Compare_CompareResult
    Compare_CompareTarget
    DeepPartial
    DeleteRangeRequest
    DeleteRangeResponse
    Event
    Event_EventType
    Exact
    KVServer
    KVService
    KeyValue
    KeysOfUnion
    LeaseGrantRequest
    LeaseGrantResponse
    LeaseKeepAliveRequest
    LeaseKeepAliveResponse
    LeaseRevokeRequest
    LeaseRevokeResponse
    LeaseServer
    LeaseService
    LeaseTimeToLiveRequest
    LeaseTimeToLiveResponse
    MessageFns
    PutRequest
    PutResponse
    RangeRequest
    RangeResponse
    RequestOp
    ResponseHeader
    ResponseOp
    TxnRequest
    TxnResponse
    WatchCancelRequest
    WatchCreateRequest
    WatchProgressRequest
    WatchRequest
    WatchResponse
    WatchServer
    WatchService
}

export namespace etcdMeta {
    AliasInfo
    AliasState
    Builtin
    CollectionInfo
    CollectionMeta
    CollectionState
    CredentialInfo
    DeepPartial
    Exact
    FieldIndexInfo
    IndexInfo
    KeysOfUnion
    MessageFns
    PartitionInfo
    PartitionState
    SegmentIndexInfo
}

export namespace index {
    Builtin
    CreateIndexRequest
    CreateJobRequest
    DeepPartial
    DescribeIndexRequest
    DescribeIndexResponse
    DropIndexRequest
    DropJobsRequest
    Exact
    GetIndexBuildProgressRequest
    GetIndexBuildProgressResponse
    GetIndexInfoRequest
    GetIndexInfoResponse
    GetIndexInfoResponse_SegmentInfoEntry
    GetIndexStateRequest
    GetIndexStateResponse
    GetJobStatsRequest
    GetJobStatsResponse
    GetSegmentIndexStateRequest
    GetSegmentIndexStateResponse
    IndexCoordServer
    IndexCoordService
    IndexFilePathInfo
    IndexInfo
    IndexNodeServer
    IndexNodeService
    KeysOfUnion
    MessageFns
    QueryJobsRequest
    QueryJobsResponse
    SegmentInfo
}

export namespace internal {
    AlterAliasRequest
    Builtin
    ChannelTimeTickMsg
    CreateAliasRequest
    CreateCollectionRequest
    CreatePartitionRequest
    CredentialInfo
    DeepPartial
    DeleteRequest
    DropAliasRequest
    DropCollectionRequest
    DropPartitionRequest
    Exact
    FieldStats
    GetDdChannelRequest
    GetStatisticsChannelRequest
    GetTimeTickChannelRequest
    IndexStats
    InitParams
    InsertDataVersion
    InsertRequest
    KeysOfUnion
    ListPolicyRequest
    ListPolicyResponse
    LoadIndex
    MessageFns
    MsgPosition
    NodeInfo
    Rate
    RateType
    RetrieveResults
    SearchResults
    SegmentStats
    ShowConfigurationsRequest
    ShowConfigurationsResponse
    StringList
    TimeTickMsg
}

export namespace legacy {
    AssignSegIDRequest
    AssignSegIDResponse
    Builtin
    ChannelRequest
    CollectionCountRequest
    CollectionCountResponse
    CollectionStatsRequest
    CollectionStatsResponse
    ComponentInfo
    ComponentStates
    DDLFlushMeta
    DataNodeServer
    DataNodeService
    DeepPartial
    Empty
    Exact
    FieldFlushMeta
    FlushRequest
    FlushSegRequest
    InitParams
    InsertBinlogPathRequest
    InsertBinlogPathsResponse
    InsertChannelRequest
    KeysOfUnion
    MessageFns
    MsgPosition
    PartitionStatsRequest
    PartitionStatsResponse
    RegisterNodeRequest
    RegisterNodeResponse
    SegIDAssignment
    SegIDRequest
    SegmentFlushMeta
    SegmentInfo
    SegmentInfoRequest
    SegmentInfoResponse
    SegmentMsg
    SegmentState
    SegmentStateInfo
    SegmentStatesRequest
    SegmentStatesResponse
    SegmentStatistics
    SegmentStatisticsUpdates
    ShowSegmentRequest
    ShowSegmentResponse
    StateCode
    StringList
    StringResponse
    WatchDmChannelRequest
}

export namespace milvus {
    AlterAliasRequest
    AlterCollectionRequest
    BoolResponse
    Builtin
    CalcDistanceRequest
    CalcDistanceResults
    CheckHealthRequest
    CheckHealthResponse
    CompactionMergeInfo
    ComponentInfo
    ComponentStates
    CreateAliasRequest
    CreateCollectionRequest
    CreateCredentialRequest
    CreateDatabaseRequest
    CreateIndexRequest
    CreatePartitionRequest
    CreateResourceGroupRequest
    CreateRoleRequest
    DeepPartial
    DeleteCredentialRequest
    DeleteRequest
    DescribeCollectionRequest
    DescribeCollectionResponse
    DescribeIndexRequest
    DescribeIndexResponse
    DescribeResourceGroupRequest
    DescribeResourceGroupResponse
    DropAliasRequest
    DropCollectionRequest
    DropIndexRequest
    DropPartitionRequest
    DropResourceGroupRequest
    DropRoleRequest
    DummyRequest
    DummyResponse
    Exact
    FlushAllRequest
    FlushAllResponse
    FlushRequest
    FlushResponse
    FlushResponse_CollSealTimesEntry
    FlushResponse_CollSegIDsEntry
    FlushResponse_FlushCollSegIDsEntry
    GetCollectionStatisticsRequest
    GetCollectionStatisticsResponse
    GetCompactionPlansRequest
    GetCompactionPlansResponse
    GetCompactionStateRequest
    GetCompactionStateResponse
    GetComponentStatesRequest
    GetFlushAllStateRequest
    GetFlushAllStateResponse
    GetFlushStateRequest
    GetFlushStateResponse
    GetImportStateRequest
    GetImportStateResponse
    GetIndexBuildProgressRequest
    GetIndexBuildProgressResponse
    GetIndexStateRequest
    GetIndexStateResponse
    GetLoadStateRequest
    GetLoadStateResponse
    GetLoadingProgressRequest
    GetLoadingProgressResponse
    GetMetricsRequest
    GetMetricsResponse
    GetPartitionStatisticsRequest
    GetPartitionStatisticsResponse
    GetPersistentSegmentInfoRequest
    GetPersistentSegmentInfoResponse
    GetQuerySegmentInfoRequest
    GetQuerySegmentInfoResponse
    GetReplicasRequest
    GetReplicasResponse
    GetVersionRequest
    GetVersionResponse
    HasCollectionRequest
    HasPartitionRequest
    ImportRequest
    ImportResponse
    InsertRequest
    KeysOfUnion
    ListCredUsersRequest
    ListCredUsersResponse
    ListDatabasesRequest
    ListDatabasesResponse
    ListImportTasksRequest
    ListImportTasksResponse
    ListResourceGroupsRequest
    ListResourceGroupsResponse
    LoadBalanceRequest
    LoadCollectionRequest
    LoadPartitionsRequest
    ManualCompactionRequest
    ManualCompactionResponse
    MessageFns
    MilvusServiceServer
    MilvusServiceService
    MutationResult
    OperatePrivilegeRequest
    OperateUserRoleRequest
    PersistentSegmentInfo
    ProxyServiceServer
    ProxyServiceService
    QueryRequest
    QueryResults
    QuotaState
    RegisterLinkRequest
    RegisterLinkResponse
    ReleaseCollectionRequest
    ReleasePartitionsRequest
    RenameCollectionRequest
    SearchRequest
    SearchResults
    SelectGrantRequest
    SelectGrantResponse
    SelectRoleRequest
    SelectRoleResponse
    SelectUserRequest
    SelectUserResponse
    ShowCollectionsRequest
    ShowCollectionsResponse
    ShowPartitionsRequest
    ShowPartitionsResponse
    ShowSegmentsRequest
    ShowSegmentsResponse
    ShowType
    StringResponse
    TransferNodeRequest
    TransferReplicaRequest
    UpdateCredentialRequest
}

export namespace proxy {
    Builtin
    DeepPartial
    Exact
    InvalidateCollMetaCacheRequest
    InvalidateCredCacheRequest
    KeysOfUnion
    MessageFns
    ProxyServer
    ProxyService
    RefreshPolicyInfoCacheRequest
    SetRatesRequest
    UpdateCredCacheRequest
}

export namespace rootcoord {
    AllocIDRequest
    AllocIDResponse
    AllocTimestampRequest
    AllocTimestampResponse
    Builtin
    DeepPartial
    DescribeSegmentsRequest
    DescribeSegmentsResponse
    DescribeSegmentsResponse_SegmentInfosEntry
    Exact
    GetCredentialRequest
    GetCredentialResponse
    ImportResult
    KeysOfUnion
    MessageFns
    RootCoordServer
    RootCoordService
    SegmentBaseInfo
    SegmentInfos
    SegmentInfos_ExtraIndexInfosEntry
}

export namespace schema {
    BoolArray
    Builtin
    BytesArray
    CollectionSchema
    DataType
    DeepPartial
    DoubleArray
    Exact
    FieldData
    FieldSchema
    FieldState
    FloatArray
    IDs
    IntArray
    KeysOfUnion
    LongArray
    MessageFns
    ScalarField
    SearchResultData
    StringArray
    VectorField
}

// status
/** The error that a Status carries, or undefined for Success. A missing Status is an error too: the peer did not answer the call. */
export declare function errorFromStatus(status: Status | undefined): MillraceError | undefined;

/** The Status a peer receives for an error: its own Milvus code where it names one, else the code of its kind. */
export declare function statusFromError(error: unknown): Status;

// wire-fields
/**
 * Walks the fields of one message in place, without building it: for what is read a hundred thousand times and mostly passed on.
 * `next` throws Corrupt where the bytes are cut or no protobuf.
 */
export declare class WireFields {
    readonly bytes: Uint8Array;
    /** Number of the present field. */
    number: number;
    /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
    wireType: number;
    /** The present field with its tag: from here to `valueEnd`. */
    start: number;
    /** The present field's bare value or content: from here to `valueEnd` (exclusive). */
    valueStart: number;
    valueEnd: number;
    constructor(bytes: Uint8Array, start?: number, end?: number);
    /** Walks another part of the same bytes. */
    move(start: number, end: number): void;
    /** Moves on to the next field; false behind the last one. */
    next(): boolean;
    /** The present value where it fits 32 bits: enumerations, flags, counts. */
    uint32(at?: number): number;
    uint64(): bigint;
    int64(): bigint;
    text(): string;
    /** The content of a length-delimited field, not copied. */
    content(): Uint8Array;
    /** The present field with its tag, not copied. */
    whole(): Uint8Array;
}

// Not exported by name:

// gen/common
type Builtin = Date | Function | Uint8Array | string | number | boolean | bigint | undefined;

type DeepPartial<T> = T extends bigint ? string | number | bigint : T extends Builtin ? T : T extends globalThis.Array<infer U> ? globalThis.Array<DeepPartial<U>> : T extends ReadonlyArray<infer U> ? ReadonlyArray<DeepPartial<U>> : T extends {
    $case: string;
    value: unknown;
} ? {
    $case: T["$case"];
    value?: DeepPartial<T["value"]>;
} : T extends {} ? {
    [K in keyof T]?: DeepPartial<T[K]>;
} : Partial<T>;

/**
 * What every Milvus message shares: status and error codes, message types, states.
 * Numbering: Milvus 2.2.8.
 */
export declare const ErrorCode: {
    readonly Success: 0;
    readonly UnexpectedError: 1;
    readonly ConnectFailed: 2;
    readonly PermissionDenied: 3;
    readonly CollectionNotExists: 4;
    readonly IllegalArgument: 5;
    readonly IllegalDimension: 7;
    readonly IllegalIndexType: 8;
    readonly IllegalCollectionName: 9;
    readonly IllegalTOPK: 10;
    readonly IllegalRowRecord: 11;
    readonly IllegalVectorID: 12;
    readonly IllegalSearchResult: 13;
    readonly FileNotFound: 14;
    readonly MetaFailed: 15;
    readonly CacheFailed: 16;
    readonly CannotCreateFolder: 17;
    readonly CannotCreateFile: 18;
    readonly CannotDeleteFolder: 19;
    readonly CannotDeleteFile: 20;
    readonly BuildIndexError: 21;
    readonly IllegalNLIST: 22;
    readonly IllegalMetricType: 23;
    readonly OutOfMemory: 24;
    readonly IndexNotExist: 25;
    readonly EmptyCollection: 26;
    readonly UpdateImportTaskFailure: 27;
    readonly CollectionNameNotFound: 28;
    readonly CreateCredentialFailure: 29;
    readonly UpdateCredentialFailure: 30;
    readonly DeleteCredentialFailure: 31;
    readonly GetCredentialFailure: 32;
    readonly ListCredUsersFailure: 33;
    readonly GetUserFailure: 34;
    readonly CreateRoleFailure: 35;
    readonly DropRoleFailure: 36;
    readonly OperateUserRoleFailure: 37;
    readonly SelectRoleFailure: 38;
    readonly SelectUserFailure: 39;
    readonly SelectResourceFailure: 40;
    readonly OperatePrivilegeFailure: 41;
    readonly SelectGrantFailure: 42;
    readonly RefreshPolicyInfoCacheFailure: 43;
    readonly ListPolicyFailure: 44;
    readonly NotShardLeader: 45;
    readonly NoReplicaAvailable: 46;
    readonly SegmentNotFound: 47;
    readonly ForceDeny: 48;
    readonly RateLimit: 49;
    readonly NodeIDNotMatch: 50;
    readonly UpsertAutoIDTrue: 51;
    readonly InsufficientMemoryToLoad: 52;
    readonly MemoryQuotaExhausted: 53;
    readonly DiskQuotaExhausted: 54;
    readonly TimeTickLongDelay: 55;
    readonly NotReadyServe: 56;
    readonly NotReadyCoordActivating: 57;
    readonly NotFoundTSafer: 58;
    readonly DataCoordNA: 100;
    readonly DDRequestRace: 1000;
};
export type ErrorCode = typeof ErrorCode[keyof typeof ErrorCode];
export declare namespace ErrorCode {
    type Success = typeof ErrorCode.Success;
    type UnexpectedError = typeof ErrorCode.UnexpectedError;
    type ConnectFailed = typeof ErrorCode.ConnectFailed;
    type PermissionDenied = typeof ErrorCode.PermissionDenied;
    type CollectionNotExists = typeof ErrorCode.CollectionNotExists;
    type IllegalArgument = typeof ErrorCode.IllegalArgument;
    type IllegalDimension = typeof ErrorCode.IllegalDimension;
    type IllegalIndexType = typeof ErrorCode.IllegalIndexType;
    type IllegalCollectionName = typeof ErrorCode.IllegalCollectionName;
    type IllegalTOPK = typeof ErrorCode.IllegalTOPK;
    type IllegalRowRecord = typeof ErrorCode.IllegalRowRecord;
    type IllegalVectorID = typeof ErrorCode.IllegalVectorID;
    type IllegalSearchResult = typeof ErrorCode.IllegalSearchResult;
    type FileNotFound = typeof ErrorCode.FileNotFound;
    type MetaFailed = typeof ErrorCode.MetaFailed;
    type CacheFailed = typeof ErrorCode.CacheFailed;
    type CannotCreateFolder = typeof ErrorCode.CannotCreateFolder;
    type CannotCreateFile = typeof ErrorCode.CannotCreateFile;
    type CannotDeleteFolder = typeof ErrorCode.CannotDeleteFolder;
    type CannotDeleteFile = typeof ErrorCode.CannotDeleteFile;
    type BuildIndexError = typeof ErrorCode.BuildIndexError;
    type IllegalNLIST = typeof ErrorCode.IllegalNLIST;
    type IllegalMetricType = typeof ErrorCode.IllegalMetricType;
    type OutOfMemory = typeof ErrorCode.OutOfMemory;
    type IndexNotExist = typeof ErrorCode.IndexNotExist;
    type EmptyCollection = typeof ErrorCode.EmptyCollection;
    type UpdateImportTaskFailure = typeof ErrorCode.UpdateImportTaskFailure;
    type CollectionNameNotFound = typeof ErrorCode.CollectionNameNotFound;
    type CreateCredentialFailure = typeof ErrorCode.CreateCredentialFailure;
    type UpdateCredentialFailure = typeof ErrorCode.UpdateCredentialFailure;
    type DeleteCredentialFailure = typeof ErrorCode.DeleteCredentialFailure;
    type GetCredentialFailure = typeof ErrorCode.GetCredentialFailure;
    type ListCredUsersFailure = typeof ErrorCode.ListCredUsersFailure;
    type GetUserFailure = typeof ErrorCode.GetUserFailure;
    type CreateRoleFailure = typeof ErrorCode.CreateRoleFailure;
    type DropRoleFailure = typeof ErrorCode.DropRoleFailure;
    type OperateUserRoleFailure = typeof ErrorCode.OperateUserRoleFailure;
    type SelectRoleFailure = typeof ErrorCode.SelectRoleFailure;
    type SelectUserFailure = typeof ErrorCode.SelectUserFailure;
    type SelectResourceFailure = typeof ErrorCode.SelectResourceFailure;
    type OperatePrivilegeFailure = typeof ErrorCode.OperatePrivilegeFailure;
    type SelectGrantFailure = typeof ErrorCode.SelectGrantFailure;
    type RefreshPolicyInfoCacheFailure = typeof ErrorCode.RefreshPolicyInfoCacheFailure;
    type ListPolicyFailure = typeof ErrorCode.ListPolicyFailure;
    type NotShardLeader = typeof ErrorCode.NotShardLeader;
    type NoReplicaAvailable = typeof ErrorCode.NoReplicaAvailable;
    type SegmentNotFound = typeof ErrorCode.SegmentNotFound;
    type ForceDeny = typeof ErrorCode.ForceDeny;
    type RateLimit = typeof ErrorCode.RateLimit;
    type NodeIDNotMatch = typeof ErrorCode.NodeIDNotMatch;
    type UpsertAutoIDTrue = typeof ErrorCode.UpsertAutoIDTrue;
    type InsufficientMemoryToLoad = typeof ErrorCode.InsufficientMemoryToLoad;
    type MemoryQuotaExhausted = typeof ErrorCode.MemoryQuotaExhausted;
    type DiskQuotaExhausted = typeof ErrorCode.DiskQuotaExhausted;
    type TimeTickLongDelay = typeof ErrorCode.TimeTickLongDelay;
    type NotReadyServe = typeof ErrorCode.NotReadyServe;
    type NotReadyCoordActivating = typeof ErrorCode.NotReadyCoordActivating;
    type NotFoundTSafer = typeof ErrorCode.NotFoundTSafer;
    type DataCoordNA = typeof ErrorCode.DataCoordNA;
    type DDRequestRace = typeof ErrorCode.DDRequestRace;
}

type Exact<P, I extends P> = P extends Builtin ? P : P & {
    [K in keyof P]: Exact<P[K], I[K]>;
} & {
    [K in Exclude<keyof I, KeysOfUnion<P>>]: never;
};

type KeysOfUnion<T> = T extends T ? keyof T : never;

interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
    create<I extends Exact<DeepPartial<T>, I>>(base?: I): T;
    fromPartial<I extends Exact<DeepPartial<T>, I>>(object: I): T;
}

export interface Status {
    errorCode: ErrorCode;
    reason: string;
}
export declare const Status: MessageFns<Status>;


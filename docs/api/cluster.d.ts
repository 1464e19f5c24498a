// @millrace/cluster

// supervisor/local-cluster
/** A cluster whose processes all run on this machine, each started again when it ends. */
export interface LocalCluster {
    /** Where SDK clients connect. */
    readonly address: string;
    readonly supervisor: Supervisor;
    /** Stops all processes in order and gives the directory back. */
    stop(): Promise<void>;
}

/** Starts a cluster on a directory; resolves when every process is ready. Log lines go to files, and readable to `show`. */
export declare function startLocalCluster(settings: ClusterSettings, show: (line: string) => void, onEvent?: (event: SupervisorEvent) => void): Promise<LocalCluster>;

// supervisor/topology
/** What `millrace up` starts: a rootcoord, one or two datacoords, some datanodes, a proxy, all on 127.0.0.1 and one directory. */
export interface ClusterSettings {
    /** Everything the cluster keeps. */
    readonly directory: string;
    readonly dataNodes: number;
    /** A second DataCoord that takes over when the first ends. */
    readonly standby?: boolean;
    /** Of the proxy; 0 for any free one. */
    readonly port: number;
    readonly logLevel: string;
    /** Further options of all roles, by key. */
    readonly options: Readonly<Record<string, string>>;
}

// Not exported by name:

// supervisor/supervisor
/** Keeps the processes of a cluster running: starts them in order, each when the one before is ready, restarts what ends, stops in reverse. */
export declare class Supervisor {
    constructor(specs: readonly RoleSpec[], tell: (event: SupervisorEvent) => void);
    /** Resolves when every role is ready. Rejects, with everything stopped again, when one does not come up. */
    start(): Promise<void>;
    /** Port a role serves on, and the process it is now. */
    get(name: string): {
        readonly port: number;
        readonly pid: number | undefined;
    } | undefined;
    /** Stops the roles one after the other, the last started first. */
    stop(): Promise<void>;
}

export type SupervisorEvent = {
    readonly type: 'line';
    readonly name: string;
    readonly line: string;
} | {
    readonly type: 'ready';
    readonly name: string;
    readonly port: number;
    readonly serverID: string;
} | {
    readonly type: 'ended';
    readonly name: string;
    readonly how: string;
    readonly restartMs: number;
} | {
    readonly type: 'stopped';
    readonly name: string;
};

// supervisor/topology
export type RoleName = 'rootcoord' | 'datacoord' | 'datanode' | 'proxy';

export interface RoleSpec {
    /** `datanode-1`: unique in the cluster, names its log file. */
    readonly name: string;
    readonly role: RoleName;
    /** Options of this process, by key. */
    readonly options: Readonly<Record<string, string>>;
}


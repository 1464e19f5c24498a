// @millrace/cluster

// supervisor/local-cluster
export interface LocalCluster {
    readonly address: string;
    readonly supervisor: Supervisor;
    stop(): Promise<void>;
}

export declare function startLocalCluster(settings: ClusterSettings, show: (line: string) => void, onEvent?: (event: SupervisorEvent) => void): Promise<LocalCluster>;

// supervisor/topology
export interface ClusterSettings {
    readonly directory: string;
    readonly dataNodes: number;
    readonly standby?: boolean;
    readonly port: number;
    readonly logLevel: string;
    readonly options: Readonly<Record<string, string>>;
}

// Not exported by name:

// supervisor/supervisor
export declare class Supervisor {
    constructor(specs: readonly RoleSpec[], tell: (event: SupervisorEvent) => void);
    start(): Promise<void>;
    get(name: string): {
        readonly port: number;
        readonly pid: number | undefined;
    } | undefined;
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
    readonly name: string;
    readonly role: RoleName;
    readonly options: Readonly<Record<string, string>>;
}


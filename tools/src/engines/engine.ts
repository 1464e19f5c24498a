/** A real server that suites and benchmarks run against, on this machine, without containers. */
export interface Engine {
  readonly name: EngineName;
  /** Environment variable that hands its `host:port` to a test process. */
  readonly variable: string;
  /** Makes sure it is installed, from package registries only. Idempotent; returns what to run. */
  install(folder: InstallFolder): Promise<Installation>;
  /** The processes' command for one life with an empty data directory. */
  prepare(installation: Installation, dataDirectory: string): Promise<LaunchPlan>;
}

export const engineNames = ['etcd', 'kafka', 'minio'] as const;

export type EngineName = (typeof engineNames)[number];

/** Where an engine keeps what it installs, and how it tells what it does. */
export interface InstallFolder {
  readonly directory: string;
  readonly say: (line: string) => void;
}

export interface Installation {
  /** Version as the engine itself or its package says it. */
  readonly version: string;
  /** Executable, or the first word of the command. */
  readonly program: string;
  /** Arguments that belong to the installation, such as a class path. */
  readonly programArguments: readonly string[];
}

export interface LaunchPlan {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** `127.0.0.1:port` for clients. */
  readonly address: string;
  /** Rejects while the engine does not answer a request of its own protocol yet. */
  readonly check: () => Promise<void>;
}

/** What went wrong in words that say what to do; printed without a stack. */
export class EngineError extends Error {}

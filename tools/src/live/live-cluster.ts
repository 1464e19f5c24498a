import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@millrace/core';
import { listSessions, type MetaStore, openMetaStore } from '@millrace/metastore';
import { loadOptions, metaRootOf, type Options, realClock, realRandom } from '@millrace/runtime';
import { type ObjectStore, openObjectStore } from '@millrace/storage';
import { EngineError } from '../engines/engine.ts';
import { LiveEngines, writeConfiguration } from './live-engines.ts';
import type { LiveRun } from './live-run.ts';
import {
  configurationOf,
  type OriginalName,
  type OwnRole,
  originalCommand,
  originals,
  ownCommand,
} from './role-commands.ts';
import { RoleProcess } from './role-process.ts';
import { until } from './until.ts';

/** A killed predecessor's session may have to end first. */
const serveDeadlineMs = 90_000;
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** Names of our processes: `our-datacoord`, `our-datanode-1`, `our-datanode-2`. */
/** `our-datacoord`, `our-datanode-…`. */
export type OwnName = `our-${string}`;
export type ProcessName = OriginalName | OwnName;

/** The processes of one run, and its metadata and objects as an onlooker sees them. */
export class LiveCluster {
  readonly engines: LiveEngines;
  readonly store: MetaStore;
  readonly objects: ObjectStore;
  /** Root of all metadata keys. */
  readonly metaRoot: string;
  readonly options: Options;
  private readonly run: LiveRun;
  private readonly processes = new Map<ProcessName, RoleProcess>();

  private constructor(
    run: LiveRun,
    parts: {
      readonly engines: LiveEngines;
      readonly store: MetaStore;
      readonly objects: ObjectStore;
      readonly options: Options;
    },
  ) {
    this.run = run;
    this.engines = parts.engines;
    this.store = parts.store;
    this.objects = parts.objects;
    this.options = parts.options;
    this.metaRoot = metaRootOf(parts.options);
  }

  /** etcd, Kafka and MinIO; no role yet. */
  static async open(run: LiveRun, signal: AbortSignal): Promise<LiveCluster> {
    const engines = await LiveEngines.start(run, signal);
    const directory = configurationOf(run);
    await writeConfiguration(directory, engines);
    const path = join(directory, 'milvus.yaml');
    const options = loadOptions({ yaml: { text: await readFile(path, 'utf8'), path } });
    const world = { clock: realClock, random: realRandom, log: quiet };
    const store = await openMetaStore(options, world);
    const objects = await openObjectStore(options, world);
    return new LiveCluster(run, { engines, store, objects, options });
  }

  /** Starts processes side by side and waits until there are as many new sessions of each role. */
  async start(...names: readonly ProcessName[]): Promise<void> {
    const processes = names.map((name) => this.process(name));
    const expected = names.flatMap(rolesOf);
    const before = new Map<string, ReadonlySet<bigint>>();
    for (const role of expected) before.set(role, await this.serverIDs(role));
    await Promise.all(processes.map((process) => process.start()));
    for (const [role, known] of before) {
      const count = expected.filter((name) => name === role).length;
      let came = 0;
      await until(
        `${names.join(', ')} start: ${count} new session(s) as ${role}`,
        serveDeadlineMs,
        async () => {
          for (const { name, endedByItself } of processes) {
            if (endedByItself !== undefined)
              throw new EngineError(`${name} ended with ${endedByItself} while starting`);
          }
          came = [...(await this.serverIDs(role))].filter((id) => !known.has(id)).length;
          return came >= count;
        },
        () => `${came} came`,
      );
    }
  }

  async stop(...names: readonly ProcessName[]): Promise<void> {
    await Promise.all(names.map((name) => this.process(name).stop()));
  }

  async kill(...names: readonly ProcessName[]): Promise<void> {
    await Promise.all(names.map((name) => this.process(name).kill()));
  }

  process(name: ProcessName): RoleProcess {
    const known = this.processes.get(name);
    if (known !== undefined) return known;
    const created = new RoleProcess(name, commandOf(this.run, name), {
      directory: join(this.run.directory, 'work'),
      logPath: join(this.run.directory, 'logs', `${name}.log`),
    });
    this.processes.set(name, created);
    return created;
  }

  /** Fails when a process has ended that nobody asked to. */
  checkAllRun(): void {
    const ended = [...this.processes.values()].filter(({ endedByItself }) => endedByItself !== undefined);
    if (ended.length === 0) return;
    throw new EngineError(
      ended.map(({ name, endedByItself }) => `${name} ended by itself with ${endedByItself}`).join('; '),
    );
  }

  /** Processes that ended although nobody asked them to. */
  endedByThemselves(): readonly ProcessName[] {
    return [...this.processes]
      .filter(([, { endedByItself }]) => endedByItself !== undefined)
      .map(([name]) => name);
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.objects.close();
    const running = [...this.processes.values()].filter(({ running }) => running);
    for (const process of running) process.wake();
    await Promise.allSettled(running.map((process) => process.kill()));
    await this.engines.stop();
  }

  private async serverIDs(role: string): Promise<ReadonlySet<bigint>> {
    const sessions = await listSessions(this.store, this.metaRoot, role);
    return new Set(sessions.map(({ serverID }) => serverID));
  }
}

function isOwn(name: ProcessName): name is OwnName {
  return name.startsWith('our-');
}

function ownRole(name: OwnName): OwnRole {
  return name.startsWith('our-datacoord') ? 'datacoord' : 'datanode';
}

function commandOf(run: LiveRun, name: ProcessName) {
  return isOwn(name) ? ownCommand(run, ownRole(name)) : originalCommand(run, name);
}

function rolesOf(name: ProcessName): readonly string[] {
  return isOwn(name) ? [ownRole(name)] : originals[name].roles;
}

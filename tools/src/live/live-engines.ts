import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, EngineName, LaunchPlan } from '../engines/engine.ts';
import { etcd } from '../engines/etcd.ts';
import { kafka } from '../engines/kafka.ts';
import { startPlan, stopProcess } from '../engines/launch.ts';
import { minio } from '../engines/minio.ts';
import type { LiveRun } from './live-run.ts';

export const engines: Readonly<Record<EngineName, Engine>> = { etcd, kafka, minio };

interface Life {
  readonly plan: LaunchPlan;
  pid: number;
}

/** etcd, Kafka and MinIO of one run; each can be restarted on its data. */
export class LiveEngines {
  private readonly lives: ReadonlyMap<EngineName, Life>;
  private readonly logDirectory: string;

  private constructor(lives: ReadonlyMap<EngineName, Life>, logDirectory: string) {
    this.lives = lives;
    this.logDirectory = logDirectory;
  }

  static async start(run: LiveRun, signal: AbortSignal): Promise<LiveEngines> {
    const logDirectory = join(run.directory, 'logs');
    const lives = new Map<EngineName, Life>();
    for (const engine of Object.values(engines)) {
      const dataDirectory = join(run.directory, 'data', engine.name);
      await mkdir(dataDirectory, { recursive: true });
      const plan = await engine.prepare(run.programs.engines[engine.name], dataDirectory);
      lives.set(engine.name, { plan, pid: 0 });
    }
    await reservePorts([...lives.values()].map(({ plan }) => plan.address));
    await Promise.all(
      [...lives].map(async ([name, life]) => {
        life.pid = await startPlan(name, life.plan, logDirectory, signal);
      }),
    );
    return new LiveEngines(lives, logDirectory);
  }

  /** `host:port` of each. */
  address(name: EngineName): string {
    return this.life(name).plan.address;
  }

  async restart(name: EngineName, signal: AbortSignal): Promise<void> {
    const life = this.life(name);
    await stopProcess(life.pid);
    life.pid = await startPlan(name, life.plan, this.logDirectory, signal);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.lives.values()].map(({ pid }) => stopProcess(pid)));
  }

  private life(name: EngineName): Life {
    const life = this.lives.get(name);
    if (life === undefined) throw new Error(`there is no engine ${name}`);
    return life;
  }
}

/** RootCoord's, in the milvus.yaml: the only fixed one among those that the system gives to whoever dials. */
const rootCoordPort = 53_100;

/**
 * Nobody may be given these ports to dial from: RootCoord would find its own taken, and the clients of an engine that restarts, who dial
 * without end, could take the engine's.
 */
async function reservePorts(addresses: readonly string[]): Promise<void> {
  const ports = [rootCoordPort, ...addresses.map((address) => address.split(':')[1])];
  await writeFile('/proc/sys/net/ipv4/ip_local_reserved_ports', ports.join(','));
}

/** Fills the engines' addresses into the configuration that all roles read. */
export async function writeConfiguration(directory: string, running: LiveEngines): Promise<void> {
  const [minioHost = '', minioPort = ''] = running.address('minio').split(':');
  const values = { etcd: running.address('etcd'), kafka: running.address('kafka'), minioHost, minioPort };
  let text = await readFile(join(import.meta.dirname, 'milvus.yaml'), 'utf8');
  for (const [name, value] of Object.entries(values)) text = text.replace(`\${${name}}`, value);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'milvus.yaml'), text);
}

import { discover, listSessions } from '@millrace/metastore';
import type { EngineName } from '../engines/engine.ts';
import { Conversation } from './conversation.ts';
import { KeepPeers } from './keep-peers.ts';
import type { LiveCluster, OwnName, ProcessName } from './live-cluster.ts';
import type { Piece } from './pieces.ts';
import type { OwnRole } from './role-commands.ts';
import { until } from './until.ts';
import { peers, writePath } from './write-path.ts';

interface Fault {
  readonly title: string;
  readonly strike: (cluster: LiveCluster, signal: AbortSignal) => Promise<void>;
}

const faultList: readonly Fault[] = [
  killed('our-datacoord'),
  killed('our-datanode-1'),
  killed('our-datanode-2'),
  killed('our-datacoord', 'our-datanode-1', 'our-datanode-2'),
  restarted('rootcoord'),
  restarted('proxy'),
  restarted('querynode'),
  engineRestarted('kafka'),
  engineRestarted('minio'),
  engineRestarted('etcd'),
  paused('our-datacoord', 'our-datacoord-other', 'datacoord'),
  paused('our-datanode-1', 'our-datanode-other', 'datanode'),
  takenOver('our-datacoord-other', 'our-datacoord-standby'),
];

/** Outcome 4: after each fault, under load, the cluster is itself again without help, and every row is there. */
export const faults: Piece = async (stage) => {
  const { cluster, report, signal } = stage;
  await report.step('all roles have sessions', () => cluster.start(...peers, ...writePath.both));
  const user = new Conversation(stage, 'faults.py');
  const keeper = new KeepPeers(cluster, report);
  try {
    await user.ask('connect');
    await user.ask('create');
    await user.ask('start_work');
    await user.ask('recover', { what: 'no fault yet' });
    for (const { title, strike } of faultList) {
      await report.step(title, () => strike(cluster, signal));
      await user.ask('recover', { what: title }, 600_000);
      keeper.check();
    }
    await user.ask('end_work');
    await user.ask('reload');
    keeper.check();
  } finally {
    await keeper.end();
    user.end();
  }
};

function killed(...names: readonly OwnName[]): Fault {
  return {
    title: `kill -9 of ${names.join(', ')}`,
    async strike(cluster) {
      await cluster.kill(...names);
      await cluster.start(...names);
    },
  };
}

function restarted(name: ProcessName): Fault {
  return {
    title: `restart of ${name}`,
    async strike(cluster) {
      await cluster.stop(name);
      await cluster.start(name);
    },
  };
}

function engineRestarted(name: EngineName): Fault {
  return { title: `restart of ${name}`, strike: (cluster, signal) => cluster.engines.restart(name, signal) };
}

/** Longer than the lease of 20 s by what etcd takes to notice. */
const leaseEndsMs = 40_000;
const noticeMs = 30_000;

/** The process sleeps until its session is gone and another holds its place; then it wakes and must do nothing but end. */
function paused(name: OwnName, other: OwnName, role: OwnRole): Fault {
  return {
    title: `${name} sleeps longer than its lease`,
    async strike(cluster) {
      const before = await serverIDs(cluster, role);
      const sleeper = cluster.process(name);
      sleeper.pause();
      await until(`the session of ${name} ends`, leaseEndsMs, async () => {
        const now = await serverIDs(cluster, role);
        return [...before].some((id) => !now.has(id));
      });
      // The sleeper still holds its port.
      cluster.process(other).environment = { DATACOORD_PORT: '13334' };
      await cluster.start(other);
      sleeper.wake();
      await until(`${name} ends because it lost its session`, noticeMs, async () => !sleeper.running);
      sleeper.endedByItself = undefined;
    },
  };
}

const standbyPort = '13335';
/** The lease and 2 s. */
const takeOverMs = 22_000;

/** The active DataCoord is killed while another stands by, which nobody starts or tells. */
function takenOver(active: OwnName, standby: OwnName): Fault {
  return {
    title: `kill -9 of ${active} while another stands by`,
    async strike(cluster) {
      cluster.process(standby).environment = {
        DATACOORD_PORT: standbyPort,
        DATACOORD_ENABLEACTIVESTANDBY: 'true',
      };
      await cluster.start(standby);
      await cluster.kill(active);
      await until(`${standby} serves in its place`, takeOverMs, async () => {
        const session = await discover(cluster.store, cluster.metaRoot, 'datacoord');
        return session?.address.endsWith(`:${standbyPort}`) === true;
      });
    },
  };
}

async function serverIDs(cluster: LiveCluster, role: OwnRole): Promise<ReadonlySet<bigint>> {
  const sessions = await listSessions(cluster.store, cluster.metaRoot, role);
  return new Set(sessions.map(({ serverID }) => serverID));
}

import { physicalMs, segmentStateName, watchStateName } from '@millrace/core';
import { bufferNodeID, discover, listSessions, type SessionInfo, scan, sourcesOf } from '@millrace/metastore';
import { common, data, internal } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { Argument, Command } from 'commander';
import { nameOf, readCollections, readCompactions, readImports, readSegments } from '../inspect/catalog.ts';
import { findGarbage } from '../inspect/garbage.ts';
import { type LocalData, openLocal } from '../inspect/open-local.ts';
import { addDirectory, pairs } from './cluster-options.ts';
import { isoTime } from './iso-time.ts';
import { table } from './table.ts';

interface View {
  readonly head: readonly string[];
  rows(local: LocalData): Promise<string[][]>;
}

const views = {
  segments: {
    head: ['segment', 'collection', 'partition', 'channel', 'state', 'rows', 'files', 'deletes'],
    async rows({ store, keys }) {
      const names = new Map((await readCollections(store, keys)).map(({ id, name }) => [id, name]));
      return (await readSegments(store, keys)).map(({ info, insert, delta }) => [
        String(info.ID),
        names.get(info.collectionID) ?? String(info.collectionID),
        String(info.partitionID),
        info.insertChannel,
        segmentStateName(info.state),
        String(info.numOfRows),
        String(insert.reduce((sum, { binlogs }) => sum + binlogs.length, 0)),
        String(delta.flatMap(({ binlogs }) => binlogs).reduce((sum, { entriesNum }) => sum + entriesNum, 0n)),
      ]);
    },
  },
  channels: {
    head: ['channel', 'node', 'state', 'since'],
    async rows({ store, keys }) {
      const rows: string[][] = [];
      for await (const page of scan(store, { prefix: keys.prefix.channelWatches() })) {
        for (const { key, value } of page.kvs) {
          const parsed = keys.parse(key);
          if (parsed?.kind !== 'channelWatch') continue;
          const { state, startTs } = data.ChannelWatchInfo.decode(value);
          const node = parsed.nodeID === bufferNodeID ? '(waiting)' : String(parsed.nodeID);
          rows.push([parsed.vchannel, node, watchStateName(state), isoTime(Number(startTs) * 1000)]);
        }
      }
      return rows;
    },
  },
  checkpoints: {
    head: ['channel', 'checkpoint'],
    async rows({ store, keys }) {
      const prefix = keys.prefix.channelCheckpoints();
      const rows: string[][] = [];
      for await (const page of scan(store, { prefix })) {
        for (const { key, value } of page.kvs) {
          const { timestamp } = internal.MsgPosition.decode(value);
          rows.push([key.slice(prefix.length), timestamp === 0n ? 'start' : isoTime(physicalMs(timestamp))]);
        }
      }
      return rows;
    },
  },
  compactions: {
    head: ['plan', 'channel', 'why', 'state', 'node', 'since', 'sources', 'target'],
    async rows({ store, keys }) {
      return (await readCompactions(store, keys)).map((task) => [
        String(task.plan.planID),
        task.plan.channel,
        task.reason,
        task.state,
        task.nodeID === 0n ? '' : String(task.nodeID),
        isoTime(task.sinceMs),
        sourcesOf(task).join(' '),
        String(task.target ?? ''),
      ]);
    },
  },
  imports: {
    head: [
      'task',
      'collection',
      'partition',
      'state',
      'node',
      'rows',
      'since',
      'files',
      'segments',
      'why failed',
    ],
    async rows({ store, kvKeys }) {
      return (await readImports(store, kvKeys)).map((task) => [
        String(task.id),
        task.collectionName,
        task.partitionName,
        importStateName(task.state?.stateCode ?? 0),
        task.datanodeId === 0n ? '' : String(task.datanodeId),
        String(task.state?.rowCount ?? 0n),
        isoTime(Number(task.createTs) * 1000),
        task.files.join(' '),
        (task.state?.segments ?? []).join(' '),
        task.state?.errorMessage ?? '',
      ]);
    },
  },
  garbage: {
    head: ['what', 'name', 'still there because', 'since'],
    async rows(local) {
      const tolerances = {
        dropToleranceMs: local.options['dataCoord.gc.dropTolerance'] * 1000,
        missingToleranceMs: local.options['dataCoord.gc.missingTolerance'] * 1000,
      };
      const found = await findGarbage(local, tolerances, realClock.now());
      return found.map(({ what, name, because, sinceMs }) => [what, name, because, isoTime(sinceMs)]);
    },
  },
  sessions: {
    head: ['role', 'id', 'address', 'version', 'state'],
    async rows(local) {
      const rows: string[][] = [];
      for (const role of ['rootcoord', 'datacoord', 'datanode', 'proxy'])
        for (const { session, state } of await sessionsOf(local, role))
          rows.push([role, String(session.serverID), session.address, session.version, state]);
      return rows;
    },
  },
} as const satisfies Record<string, View>;

/** Each once: a coordinator that stood by keeps the key it did that under. */
async function sessionsOf(
  { store, keys }: LocalData,
  role: string,
): Promise<readonly { readonly session: SessionInfo; readonly state: string }[]> {
  const active = await discover(store, keys.root, role);
  const sessions = new Map((await listSessions(store, keys.root, role)).map((each) => [each.serverID, each]));
  return [...sessions.values()].map((session) => {
    const standsBy = active !== undefined && active.serverID !== session.serverID;
    return { session, state: session.stopping ? 'stopping' : standsBy ? 'stands by' : 'serves' };
  });
}

interface ShowFlags {
  readonly data: string;
  readonly json?: boolean;
  readonly set?: readonly string[];
}

export function showCommand(): Command {
  const command = new Command('show')
    .description('Show what a local cluster keeps, whether it runs or not.')
    .addArgument(new Argument('<what>').choices(Object.keys(views)))
    .option('--json', 'JSON lines instead of a table')
    .option('--set <key=value...>', 'an option the cluster runs with, by its Milvus key');
  return addDirectory(command).action(async (what: keyof typeof views, flags: ShowFlags) => {
    const local = await openLocal(flags.data, pairs(flags.set ?? []));
    try {
      const { head, rows } = views[what];
      const found = await rows(local);
      if (flags.json !== true) process.stdout.write(table(head, found));
      else
        for (const row of found)
          process.stdout.write(
            `${JSON.stringify(Object.fromEntries(head.map((name, at) => [name, row[at]])))}\n`,
          );
    } finally {
      await local.close();
    }
  });
}

/** `failed-and-cleaned` for ImportFailedAndCleaned. */
function importStateName(state: common.ImportState): string {
  return nameOf(common.ImportState, state)
    .replace(/^Import/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}

import { physicalMs, segmentStateName, watchStateName } from '@millrace/core';
import { bufferNodeID, listSessions, scan, sourcesOf } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { Argument, Command } from 'commander';
import { readCollections, readCompactions, readSegments } from '../inspect/catalog.ts';
import { type LocalData, openLocal } from '../inspect/open-local.ts';
import { addDirectory } from './cluster-options.ts';
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
  sessions: {
    head: ['role', 'id', 'address', 'version'],
    async rows({ store, keys }) {
      const roles = ['rootcoord', 'datacoord', 'datanode', 'proxy'];
      const sessions = await Promise.all(roles.map((role) => listSessions(store, keys.root, role)));
      return sessions
        .flat()
        .map(({ role, serverID, address, version }) => [role, String(serverID), address, version]);
    },
  },
} as const satisfies Record<string, View>;

export function showCommand(): Command {
  const command = new Command('show')
    .description('Show what a local cluster keeps, whether it runs or not.')
    .addArgument(new Argument('<what>').choices(Object.keys(views)))
    .option('--json', 'JSON lines instead of a table');
  return addDirectory(command).action(
    async (what: keyof typeof views, flags: { readonly data: string; readonly json?: boolean }) => {
      const local = await openLocal(flags.data);
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
    },
  );
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

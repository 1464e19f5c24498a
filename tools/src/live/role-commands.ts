import { join } from 'node:path';
import type { LiveRun } from './live-run.ts';
import type { RoleCommand } from './role-process.ts';

const root = join(import.meta.dirname, '../../..');

/** Processes of the original, by our name for each: the arguments of its binary, and the roles whose sessions appear when it serves. */
export const originals = {
  rootcoord: { arguments: ['run', 'rootcoord'], roles: ['rootcoord'], metricsPort: 9091 },
  datacoord: { arguments: ['run', 'datacoord'], roles: ['datacoord'], metricsPort: 9092 },
  datanode: { arguments: ['run', 'datanode'], roles: ['datanode'], metricsPort: 9093 },
  // Those that no piece stops alone share a process.
  others: {
    arguments: ['run', 'mixture', '-querycoord=true', '-indexcoord=true', '-indexnode=true'],
    roles: ['querycoord', 'indexcoord', 'indexnode'],
    metricsPort: 9094,
  },
  querynode: { arguments: ['run', 'querynode'], roles: ['querynode'], metricsPort: 9095 },
  proxy: { arguments: ['run', 'proxy'], roles: ['proxy'], metricsPort: 9096 },
} as const;

export type OriginalName = keyof typeof originals;
export type OwnRole = 'datacoord' | 'datanode';

export function originalCommand(run: LiveRun, name: OriginalName): RoleCommand {
  const { milvus } = run.programs;
  return {
    program: join(milvus, 'milvus'),
    arguments: originals[name].arguments,
    environment: {
      LD_LIBRARY_PATH: milvus,
      MILVUSCONF: configurationOf(run),
      METRICS_PORT: String(originals[name].metricsPort),
    },
  };
}

export function ownCommand(run: LiveRun, role: OwnRole): RoleCommand {
  const main = join(root, 'packages/cluster/src/main.ts');
  return {
    program: process.execPath,
    arguments: ['--conditions=millrace-source', main, 'run', role],
    environment: { MILVUSCONF: configurationOf(run) },
  };
}

/** The directory of the run's milvus.yaml. */
export function configurationOf(run: LiveRun): string {
  return join(run.directory, 'conf');
}

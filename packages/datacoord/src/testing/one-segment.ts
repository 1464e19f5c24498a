import { Harness } from './harness.ts';

/** The status of a call that did what it was asked. */
export const ok = { errorCode: 0, reason: '' };

/** A coordinator with a growing segment, and a task of a query node that may lock it. */
export interface OneSegment {
  readonly cluster: Harness;
  readonly segmentID: bigint;
  readonly task: { readonly taskID: bigint; readonly nodeID: bigint };
  /** Keys of all locks that are held. */
  locks(): Promise<string[]>;
  end(): Promise<void>;
}

export async function oneSegment(): Promise<OneSegment> {
  const cluster = await Harness.start();
  await cluster.join('a');
  await cluster.watch();
  const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
  return {
    cluster,
    segmentID,
    task: { taskID: 7n, nodeID: 5n },
    async locks() {
      const { kvs } = await cluster.store.range({ prefix: cluster.keys.prefix.segmentReferences() });
      return kvs.map(({ key }) => key);
    },
    end: () => cluster.end(),
  };
}

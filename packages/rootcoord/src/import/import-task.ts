import { Invalid, type TransitionTable, transition, type UniqueID } from '@millrace/core';
import { common, data } from '@millrace/proto';

/** Source: spec datacoord §9.1, `common.ImportState`. */
export type ImportStateName =
  | 'pending'
  | 'started'
  | 'persisted'
  | 'completed'
  | 'failed'
  | 'failed-and-cleaned';

/**
 * A task is started before it is sent, so that a restart never sends it twice; one that nobody took goes back. What a DataNode tells late of a
 * failed one is cleaned again.
 */
export const importTransitions = {
  pending: ['started', 'failed'],
  started: ['pending', 'persisted', 'failed'],
  persisted: ['completed', 'failed'],
  completed: [],
  failed: ['failed-and-cleaned'],
  'failed-and-cleaned': ['failed'],
} as const satisfies TransitionTable<ImportStateName>;

/** Files of one collection that are imported together. */
export interface ImportTask {
  readonly id: UniqueID;
  readonly collectionID: UniqueID;
  readonly collectionName: string;
  readonly partitionID: UniqueID;
  readonly partitionName: string;
  readonly channelNames: readonly string[];
  readonly isRowBased: boolean;
  readonly files: readonly string[];
  /** What the client asked with, and what the DataNode told last. */
  readonly infos: readonly common.KeyValuePair[];
  /** Unix milliseconds, kept as whole seconds. */
  readonly createdMs: number;
  /** 0 while it was never sent. */
  readonly startedMs: number;
  readonly state: ImportStateName;
  /** Who does it: 0 for nobody yet. */
  readonly nodeID: UniqueID;
  readonly segmentIDs: readonly UniqueID[];
  /** Begin and end (exclusive) of automatic keys, pair by pair. */
  readonly autoIDs: readonly UniqueID[];
  readonly rows: bigint;
  readonly failedReason: string;
}

export function moved(task: ImportTask, state: ImportStateName): ImportTask {
  return { ...task, state: transition(importTransitions, `import task ${task.id}`, task.state, state) };
}

export function failed(task: ImportTask, reason: string): ImportTask {
  return { ...moved(task, 'failed'), failedReason: task.failedReason || reason };
}

/** Nothing more happens to it by itself. */
export function isOver({ state }: ImportTask): boolean {
  return state === 'completed' || state === 'failed-and-cleaned';
}

/** A DataNode works on it, or its rows are on their way to be seen. */
export function isWorking({ state }: ImportTask): boolean {
  return state === 'started' || state === 'persisted';
}

export function isFailed({ state }: ImportTask): boolean {
  return state === 'failed' || state === 'failed-and-cleaned';
}

const { ImportState } = common;
const codes = {
  pending: ImportState.ImportPending,
  started: ImportState.ImportStarted,
  persisted: ImportState.ImportPersisted,
  completed: ImportState.ImportCompleted,
  failed: ImportState.ImportFailed,
  'failed-and-cleaned': ImportState.ImportFailedAndCleaned,
} as const satisfies Record<ImportStateName, common.ImportState>;

export function stateCode({ state }: ImportTask): common.ImportState {
  return codes[state];
}

const names: readonly ImportStateName[] = [
  'pending',
  'started',
  'persisted',
  'completed',
  'failed',
  'failed-and-cleaned',
];

/** The record under `importtask/<id>`. */
export function encodeTask(task: ImportTask): Uint8Array {
  return data.ImportTaskInfo.encode(
    data.ImportTaskInfo.fromPartial({
      id: task.id,
      datanodeId: task.nodeID,
      collectionId: task.collectionID,
      partitionId: task.partitionID,
      channelNames: [...task.channelNames],
      rowBased: task.isRowBased,
      files: [...task.files],
      createTs: seconds(task.createdMs),
      startTs: seconds(task.startedMs),
      state: {
        stateCode: stateCode(task),
        segments: [...task.segmentIDs],
        rowIds: [...task.autoIDs],
        rowCount: task.rows,
        errorMessage: task.failedReason,
      },
      collectionName: task.collectionName,
      partitionName: task.partitionName,
      infos: [...task.infos],
    }),
  ).finish();
}

export function decodeTask(value: Uint8Array): ImportTask {
  const info = data.ImportTaskInfo.decode(value);
  const code = info.state?.stateCode ?? ImportState.ImportPending;
  const state = names.find((name) => codes[name] === code);
  if (state === undefined)
    throw new Invalid(`import task ${info.id} is in state ${code}: it was written by a later version`);
  return {
    id: info.id,
    collectionID: info.collectionId,
    collectionName: info.collectionName,
    partitionID: info.partitionId,
    partitionName: info.partitionName,
    channelNames: info.channelNames,
    isRowBased: info.rowBased,
    files: info.files,
    infos: info.infos,
    createdMs: Number(info.createTs) * 1000,
    startedMs: Number(info.startTs) * 1000,
    state,
    nodeID: info.datanodeId,
    segmentIDs: info.state?.segments ?? [],
    autoIDs: info.state?.rowIds ?? [],
    rows: info.state?.rowCount ?? 0n,
    failedReason: info.state?.errorMessage ?? '',
  };
}

function seconds(ms: number): bigint {
  return BigInt(Math.trunc(ms / 1000));
}

import { isKind, NotFound, Unavailable } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { type ClientOf, checked, connect, realClock } from '@millrace/runtime';
import { type Command, InvalidArgumentError } from 'commander';
import { integerIn } from './cluster-options.ts';

export type MilvusCalls = ClientOf<typeof milvus.MilvusServiceService>;

export interface RunningFlags {
  readonly address: string;
  readonly timeout: number;
}

/** Options of a command that acts on a running cluster as a client does. */
export function addRunning(command: Command, timeoutSeconds: number): Command {
  return command
    .option('--address <host:port>', 'where the proxy listens', hostAndPort, '127.0.0.1:19530')
    .option('--timeout <seconds>', 'how long to wait for the end', integerIn(1, 86_400), timeoutSeconds);
}

function hostAndPort(text: string): string {
  if (!/^[^\s:]+:\d+$/.test(text))
    throw new InvalidArgumentError('It takes a host and a port, such as 127.0.0.1:19530.');
  return text;
}

/** A client of the proxy there, for as long as `use` takes. Unavailable when nobody answers. */
export async function withCluster<T>(address: string, use: (call: MilvusCalls) => Promise<T>): Promise<T> {
  const client = connect(milvus.MilvusServiceService, address);
  try {
    await client.call.getVersion({}, { deadlineMs: answerMs }).catch((error: unknown) => {
      if (!isKind(error, 'unavailable')) throw error;
      throw new Unavailable(
        `nobody answers at ${address}: start a cluster with millrace up, or name its proxy with --address`,
        { cause: error },
      );
    });
    return await use(client.call);
  } finally {
    client.close();
  }
}

const answerMs = 5_000;

/** NotFound, with the names there are, when there is no collection of that name. */
export async function collectionIDOf(call: MilvusCalls, collectionName: string): Promise<bigint> {
  const names = checked(await call.showCollections({})).collectionNames;
  if (!names.includes(collectionName)) {
    const there = names.length === 0 ? 'none exists' : `there are ${names.toSorted().join(', ')}`;
    throw new NotFound(`there is no collection ${collectionName}: ${there}`);
  }
  return checked(await call.describeCollection({ collectionName })).collectionID;
}

/** Asks until there is an answer, at most `timeout` seconds. Unavailable then, saying what is not over. */
export async function untilOver<T>(
  { timeout }: RunningFlags,
  what: string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const endMs = realClock.monotonic() + timeout * 1_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (realClock.monotonic() > endMs)
      throw new Unavailable(
        `${what} is not over after ${timeout} s, and goes on: wait longer with --timeout`,
      );
    await realClock.sleep(pollMs);
  }
}

const pollMs = 200;

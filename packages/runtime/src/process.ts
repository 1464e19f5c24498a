import { readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Invalid, type Logger, MillraceError } from '@millrace/core';
import { createLogger, describeError, type ProcessLogger } from './log.ts';
import type { Metrics, Sample } from './operations/metrics.ts';
import { Operations, type StateCode, stateCodes } from './operations/operations.ts';
import { serveOperations } from './operations/serve-operations.ts';
import { loadOptions } from './options/load-options.ts';
import type { Options } from './options/option-table.ts';

/** What the main function of a role gets. */
export interface ProcessContext {
  readonly options: Options;
  readonly log: Logger;
  /** Served over HTTP. */
  readonly metrics: Metrics;
  /** Aborts at SIGTERM or SIGINT: stop in order. A second signal ends the process at once. */
  readonly signal: AbortSignal;
  /** Tells a supervisor, and the log, that the role serves. */
  readonly ready: (details: {
    readonly port: number;
    readonly serverID: bigint;
    /** It does not serve yet, and takes the place of who does. */
    readonly standsBy?: boolean;
  }) => void;
}

/** Message of a role to the supervisor that spawned it. */
export interface ReadyMessage {
  readonly ready: { readonly port: number; readonly serverID: string };
}

/**
 * Runs a role as the process it is: options from --config/MILVUSCONF, the environment and --set key=value flags; signals; one line and exit
 * code 1 for an error a person can mend, the stack for a fault of ours. Fenced, a lost session, ends it too: a supervisor starts it again.
 */
export async function runProcess(
  role: string,
  main: (context: ProcessContext) => Promise<void>,
): Promise<void> {
  let log: ProcessLogger | undefined;
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    log = createLogger(role, options['log.level']);
    const started = log;
    const operations = new Operations(log);
    const at = { host: options['millrace.listenHost'], port: options['metrics.port'], log };
    await serveOperations(operations, at);
    const signal = stopSignal(started);
    let state: StateCode = stateCodes.Initializing;
    operations.component(role, () => (signal.aborted ? stateCodes.Stopping : state));
    let serves: readonly Sample[] = [];
    operations.metrics.gauge('milvus_num_node', 'number of nodes', ['node_id', 'role_name'], () => serves);
    await main({
      options,
      log: started,
      metrics: operations.metrics,
      signal,
      ready: ({ port, serverID, standsBy = false }) => {
        state = standsBy ? stateCodes.StandBy : stateCodes.Healthy;
        serves = [[{ node_id: String(serverID), role_name: role }, 1]];
        const message: ReadyMessage = { ready: { port, serverID: String(serverID) } };
        process.send?.(message);
      },
    });
    process.exitCode = 0;
  } catch (error) {
    const text = describeError(error);
    if (log === undefined) process.stderr.write(`${role}: ${text}\n`);
    else log.error({ error: text }, 'ended by an error');
    process.exitCode = error instanceof MillraceError && error.kind === 'invalid' ? 2 : 1;
  }
  // Sockets of clients and the channel to the supervisor would keep the process alive.
  setTimeout(() => process.exit(), 200).unref();
  process.disconnect?.();
}

/**
 * The options of a process: flags `--config PATH` and any number of `--set key=value`, then the environment, then milvus.yaml.
 * @throws Invalid for other flags, for a file that cannot be read, and as `loadOptions` does
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const values = readFlags(args);
  const flags: Record<string, string> = {};
  for (const pair of values.set) {
    const cut = pair.indexOf('=');
    if (cut <= 0) throw new Invalid(`--set ${pair}: write --set key=value`);
    flags[pair.slice(0, cut)] = pair.slice(cut + 1);
  }
  const path = configPath(values.config, env);
  return loadOptions({
    env,
    flags,
    ...(path === undefined ? {} : { yaml: { path, text: readConfig(path) } }),
  });
}

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, set: { type: 'string', multiple: true, default: [] } },
    });
    return values;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Invalid(`${what}; the flags are --config PATH and --set key=value`);
  }
}

/** --config names the file; MILVUSCONF, as in the original, the directory it is in. */
function configPath(flag: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (flag !== undefined) return isDirectory(flag) ? join(flag, 'milvus.yaml') : flag;
  const directory = env['MILVUSCONF'];
  return directory === undefined || directory === '' ? undefined : join(directory, 'milvus.yaml');
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Invalid(
      `cannot read the configuration ${path}: name an existing milvus.yaml with --config or MILVUSCONF`,
      {
        cause: error,
      },
    );
  }
}

function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      log.info({ signal: name }, 'stopping');
      stop.abort();
    });
  }
  return stop.signal;
}

/** The address others dial: as configured, else the first IPv4 address of this machine that is not loopback, as the original does. */
export function advertisedHost(options: Options): string {
  const configured = options['millrace.advertisedHost'];
  if (configured !== '') return configured;
  for (const addresses of Object.values(networkInterfaces())) {
    for (const address of addresses ?? [])
      if (address.family === 'IPv4' && !address.internal) return address.address;
  }
  return '127.0.0.1';
}

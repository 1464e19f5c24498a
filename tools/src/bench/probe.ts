import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tunedArguments, tunedEnvironment } from '@millrace/runtime/process-tuning';
import type { Run } from './measurement.ts';

/** What a process has used since its start. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export type ProbeRequest = { readonly ask: 'run'; readonly argument: string } | { readonly ask: 'usage' };
export type ProbeAnswer =
  | { readonly ready: string }
  | { readonly run: Run }
  | { readonly usage: Usage }
  | { readonly failed: string };

/** A process that measures one thing, so that its CPU and memory are its own. */
export class Probe {
  /** What it said when it was ready, such as its port. */
  readonly greeting: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, greeting: string) {
    this.child = child;
    this.greeting = greeting;
  }

  /** Starts a probe's file as a process of this role runs; resolves when it has prepared itself. */
  static async start(file: URL, args: readonly string[] = [], role = 'datanode'): Promise<Probe> {
    const child = fork(fileURLToPath(file), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, ...tunedArguments(role)],
      env: tunedEnvironment(),
    });
    const answer = await next(child);
    if (!('ready' in answer)) throw new Error(`${file.pathname} did not say that it is ready`);
    return new Probe(child, answer.ready);
  }

  async run(argument = ''): Promise<Run> {
    const answer = await this.ask({ ask: 'run', argument });
    if (!('run' in answer)) throw new Error('a probe answered something else than a run');
    return answer.run;
  }

  async usage(): Promise<Usage> {
    const answer = await this.ask({ ask: 'usage' });
    if (!('usage' in answer)) throw new Error('a probe answered something else than its usage');
    return answer.usage;
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await exited;
  }

  private ask(request: ProbeRequest): Promise<ProbeAnswer> {
    const answer = next(this.child);
    this.child.send(request);
    return answer;
  }
}

function next(child: ChildProcess): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const exit = (code: number | null) => reject(new Error(`a probe ended with exit code ${code}`));
    child.once('exit', exit);
    child.once('message', (message: ProbeAnswer) => {
      child.off('exit', exit);
      if ('failed' in message) reject(new Error(message.failed));
      else resolve(message);
    });
  });
}

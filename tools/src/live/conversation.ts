import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EngineError } from '../engines/engine.ts';
import type { Stage } from './pieces.ts';
import type { Report } from './report.ts';

export type Answer = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const donePrefix = '@done ';
const failedPrefix = '@failed ';

/**
 * A pymilvus script that does steps when told to: a step's name and arguments go there as a line of JSON, `@done` or `@failed` comes back.
 * All else that it prints is detail for the reader.
 */
export class Conversation {
  private readonly child: ChildProcess;
  private readonly script: string;
  private readonly report: Report;
  private waiting: Waiting | undefined;

  constructor({ run, report }: Pick<Stage, 'run' | 'report'>, script: string) {
    this.script = script;
    this.report = report;
    // pymilvus tells each failed attempt with the stacks that the original sends along: a log of its own takes them.
    const log = openSync(join(run.directory, 'logs', `${script}.log`), 'a');
    this.child = spawn(run.programs.python, ['-u', join(import.meta.dirname, script)], {
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (line) => this.hear(line));
    }
    this.child.once('error', (error) => this.fail(error.message));
    this.child.once('exit', (code, signal) => this.fail(`it ended with ${signal ?? code}`));
  }

  /** Does a step and returns what it answers. Fails when the step does, or takes longer than it may. */
  async ask(step: string, args: Answer = {}, deadlineMs = 300_000): Promise<Answer> {
    if (this.waiting !== undefined) throw new Error(`${this.script} is at another step: ask it after that`);
    const answered = new Promise<Answer>((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
    const late = setTimeout(
      () => this.fail(`step ${step} takes longer than ${deadlineMs / 1000} s`),
      deadlineMs,
    );
    this.child.stdin?.write(`${JSON.stringify({ step, arguments: args })}\n`);
    try {
      return await this.report.step(titleOf(step, args), () => answered);
    } finally {
      clearTimeout(late);
      this.waiting = undefined;
    }
  }

  end(): void {
    this.child.removeAllListeners('exit');
    this.child.kill('SIGKILL');
  }

  private hear(line: string): void {
    if (line.startsWith(donePrefix)) this.waiting?.resolve(JSON.parse(line.slice(donePrefix.length)) ?? {});
    else if (line.startsWith(failedPrefix)) this.fail(line.slice(failedPrefix.length));
    else this.report.say(line);
  }

  private fail(reason: string): void {
    this.waiting?.reject(new EngineError(`${this.script}: ${reason}`));
  }
}

function titleOf(step: string, args: Answer): string {
  const words = Object.values(args).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  return [step.replaceAll('_', ' '), ...words].join(' ');
}

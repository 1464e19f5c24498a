import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { EngineError } from '../engines/engine.ts';
import { until } from './until.ts';

export interface RoleCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface RolePlace {
  /** Working directory of the process. */
  readonly directory: string;
  readonly logPath: string;
}

const stopDeadlineMs = 60_000;

/** A role of the cluster through its lives: one process at a time, all writing to one log. */
export class RoleProcess {
  readonly name: string;
  /** Why it ended without being asked to; undefined as long as it did not. */
  endedByItself: string | undefined;
  /** Environment of its next lives, over that of its command. */
  environment: Readonly<Record<string, string>> = {};
  private readonly command: RoleCommand;
  private readonly place: RolePlace;
  private child: ChildProcess | undefined;

  constructor(name: string, command: RoleCommand, place: RolePlace) {
    this.name = name;
    this.command = command;
    this.place = place;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  /** Also the id of its process group; undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  async start(): Promise<void> {
    if (this.child !== undefined) throw new EngineError(`${this.name} runs already`);
    const log = await open(this.place.logPath, 'a');
    try {
      // A process group of its own: a signal to it reaches what the process itself started.
      const child = spawn(this.command.program, this.command.arguments, {
        cwd: this.place.directory,
        env: { ...process.env, ...this.command.environment, ...this.environment },
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
      });
      this.child = child;
      this.endedByItself = undefined;
      child.once('error', (error) => this.ended(child, error.message));
      child.once('exit', (code, signal) => this.ended(child, String(signal ?? code)));
    } finally {
      await log.close();
    }
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    const child = this.forget();
    if (child === undefined) return;
    child.kill('SIGTERM');
    try {
      await until(`${this.name} ends after SIGTERM`, stopDeadlineMs, async () => hasEnded(child));
    } catch (error) {
      signalGroup(child, 'SIGKILL');
      throw error;
    }
  }

  async kill(): Promise<void> {
    const child = this.forget();
    if (child === undefined) return;
    signalGroup(child, 'SIGKILL');
    await until(`${this.name} ends after SIGKILL`, stopDeadlineMs, async () => hasEnded(child));
  }

  /** Takes its processor away: it neither knows nor does anything until it is woken. */
  pause(): void {
    if (this.child !== undefined) signalGroup(this.child, 'SIGSTOP');
  }

  wake(): void {
    if (this.child !== undefined) signalGroup(this.child, 'SIGCONT');
  }

  private forget(): ChildProcess | undefined {
    const { child } = this;
    this.child = undefined;
    return child;
  }

  private ended(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    this.endedByItself = how;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

import { type Clock, type Random, randomInt } from '@millrace/core';
import type { Supervisor, SupervisorEvent } from '../supervisor/supervisor.ts';

export type Moment = 'any' | 'upload' | 'save';

interface NodeState {
  readonly uploading: Set<string>;
  readonly saving: Set<string>;
}

/** What the kills hit. */
export interface Hits {
  kills: number;
  /** A DataNode had objects on their way. */
  uploads: number;
  /** A DataNode, or the DataCoord it called, had a SaveBinlogPaths on its way. */
  saves: number;
  /** Channels given to another node because theirs was gone. */
  handOvers: number;
}

/** How long to wait for a moment that a seed chose. */
const momentMsMax = 8_000;

/** Kills processes of a cluster, at moments that the log lines of its DataNodes tell, and counts what was under way. */
export class Killer {
  readonly hits: Hits = { kills: 0, uploads: 0, saves: 0, handOvers: 0 };
  private readonly states = new Map<string, NodeState>();
  private readonly waiting = new Set<() => void>();
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  /** Give it every event of the supervisor. */
  observe(event: SupervisorEvent): void {
    if (event.type === 'ended') this.states.delete(event.name);
    if (event.type !== 'line' || !event.line.startsWith('{')) return;
    const {
      event: what,
      segmentID,
      reason,
    }: { event?: string; segmentID?: string; reason?: string } = JSON.parse(event.line);
    if (what === 'channel assigned' && reason === 'node is gone') this.hits.handOvers++;
    if (segmentID === undefined || what === undefined) return;
    const state = this.stateOf(event.name);
    if (what === 'sync uploads') state.uploading.add(segmentID);
    if (what === 'sync uploaded') state.uploading.delete(segmentID);
    if (what === 'sync saves') state.saving.add(segmentID);
    if (what === 'segment synced') state.saving.delete(segmentID);
    for (const wake of [...this.waiting]) wake();
  }

  /** Kills a process with SIGKILL at the moment, or when it does not come, and waits until another runs in its place. */
  async kill(supervisor: Supervisor, name: string, moment: Moment, signal: AbortSignal): Promise<void> {
    await this.until(name, moment, signal);
    const before = supervisor.get(name)?.pid;
    if (before === undefined) return;
    const state = this.stateOf(name);
    const saving =
      name === 'datacoord'
        ? [...this.states.values()].some((each) => each.saving.size > 0)
        : state.saving.size > 0;
    if (state.uploading.size > 0) this.hits.uploads++;
    if (saving) this.hits.saves++;
    process.kill(before, 'SIGKILL');
    this.hits.kills++;
    while (supervisor.get(name)?.pid === before && !signal.aborted) await this.clock.sleep(20, signal);
  }

  private async until(name: string, moment: Moment, signal: AbortSignal): Promise<void> {
    if (moment === 'any') {
      await this.clock.sleep(randomInt(this.random, 600), signal);
      return;
    }
    const isThere = () => {
      const state = this.stateOf(name);
      if (name === 'datacoord') return [...this.states.values()].some(({ saving }) => saving.size > 0);
      return (moment === 'upload' ? state.uploading : state.saving).size > 0;
    };
    const deadline = this.clock.monotonic() + momentMsMax;
    while (!isThere() && this.clock.monotonic() < deadline && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
        void this.clock.sleep(100, signal).then(wake);
      });
    }
  }

  private stateOf(name: string): NodeState {
    let state = this.states.get(name);
    if (state === undefined) {
      state = { uploading: new Set(), saving: new Set() };
      this.states.set(name, state);
    }
    return state;
  }
}

import { watch } from 'node:fs';
import { type Clock, type Logger, PollPace } from '@millrace/core';
import type { Revision } from '../../meta-store.ts';

export interface ChangesComponents {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ChangesSource {
  /** The file every writer writes to behind its change. */
  readonly file: string;
  /** The latest revision; reads the store anew. */
  readonly revision: () => Revision;
}

/**
 * Tells waiters when the store has moved on, whoever wrote. The file system's notices of writes make that prompt where it gives them; a
 * poll where it does not, and looks now and then where it does, make it certain. One of each serves all waiters.
 */
export class Changes {
  private readonly clock: Clock;
  private readonly revision: () => Revision;
  private readonly closed: AbortSignal;
  private readonly waiters = new Set<{ readonly after: Revision; readonly wake: () => void }>();
  private readonly pace = new PollPace();
  private polling = false;

  constructor({ clock, log }: ChangesComponents, { file, revision }: ChangesSource, closed: AbortSignal) {
    this.clock = clock;
    this.revision = revision;
    this.closed = closed;
    const polledOnly = (error: unknown) =>
      log.info({ error, file }, 'writes of other processes are found by polling only');
    try {
      watch(file, { persistent: false, signal: closed }, () => {
        this.pace.noticed();
        this.wake();
      }).on('error', polledOnly);
    } catch (error) {
      polledOnly(error);
    }
  }

  /** Resolves true once the store is past the revision, false when the signal aborts first. */
  after(revision: Revision, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.revision() > revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { after: revision, wake: () => end(true) };
      const stopped = () => end(false);
      const end = (changed: boolean) => {
        this.waiters.delete(waiter);
        signal.removeEventListener('abort', stopped);
        resolve(changed);
      };
      this.waiters.add(waiter);
      signal.addEventListener('abort', stopped, { once: true });
      void this.poll();
    });
  }

  /** Looks whether there is something new for somebody. */
  wake(): boolean {
    if (this.waiters.size === 0 || this.closed.aborted) return false;
    const revision = this.revision();
    const behind = [...this.waiters].filter(({ after }) => after < revision);
    for (const { wake } of behind) wake();
    return behind.length > 0;
  }

  /** To be called now and then: makes up for notices that were lost. */
  lookAnyway(): void {
    if (!this.wake()) return;
    this.pace.missed();
    void this.poll();
  }

  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    while (this.mustPoll() && (await this.clock.sleep(this.pace.next(), this.closed)))
      if (this.wake()) this.pace.missed();
    this.polling = false;
  }

  private mustPoll(): boolean {
    return this.waiters.size > 0 && !this.pace.trusts;
  }
}

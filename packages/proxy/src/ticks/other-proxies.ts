import type { Clock, Logger, Service } from '@millrace/core';
import { type MetaStore, watchSessions } from '@millrace/metastore';
import { describeError } from '@millrace/runtime';

/** Before the sessions are read again after a failure. */
const retryMs = 1_000;

/** Tells whether this proxy is the only one, at first and whenever that changes; not the only one as long as it is unknown. */
export class OtherProxies implements Service {
  readonly name = 'other-proxies';
  private readonly parts: {
    readonly store: MetaStore;
    readonly metaRoot: string;
    readonly serverID: bigint;
    readonly clock: Clock;
    readonly log: Logger;
    readonly tell: (isAlone: boolean) => void;
  };

  constructor(parts: OtherProxies['parts']) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, tell } = this.parts;
    do {
      try {
        await this.follow(signal);
      } catch (error) {
        log.warn({ error: describeError(error) }, 'other proxies not known, trying again');
      }
      tell(false);
    } while (await clock.sleep(retryMs, signal));
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { store, metaRoot, serverID, tell } = this.parts;
    const others = new Set<bigint>();
    for await (const { added, removed } of watchSessions(store, metaRoot, 'proxy', signal)) {
      for (const gone of removed) others.delete(gone.serverID);
      for (const come of added) if (come.serverID !== serverID) others.add(come.serverID);
      tell(others.size === 0);
    }
  }
}

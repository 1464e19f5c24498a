import { join } from 'node:path';
import { takeDataDirectory } from './data-directory.ts';
import { LogFiles, readable } from './log-files.ts';
import { Supervisor, type SupervisorEvent } from './supervisor.ts';
import { type ClusterSettings, topology } from './topology.ts';

/** A cluster whose processes all run on this machine, each started again when it ends. */
export interface LocalCluster {
  /** Where SDK clients connect. */
  readonly address: string;
  readonly supervisor: Supervisor;
  /** Stops all processes in order and gives the directory back. */
  stop(): Promise<void>;
}

/** Starts a cluster on a directory; resolves when every process is ready. Log lines go to files, and readable to `show`. */
export async function startLocalCluster(
  settings: ClusterSettings,
  show: (line: string) => void,
  onEvent: (event: SupervisorEvent) => void = () => {},
): Promise<LocalCluster> {
  const giveBack = takeDataDirectory(settings.directory);
  const logs = join(settings.directory, 'logs');
  const files = new LogFiles(logs, (error) => show(`log lines are not kept in ${logs}: ${error.message}`));
  const supervisor = new Supervisor(topology(settings), (event) => {
    onEvent(event);
    switch (event.type) {
      case 'line':
        files.write(event.name, event.line);
        show(readable(event.name, event.line));
        return;
      case 'ended':
        show(`${event.name} ended (${event.how}): starting it again in ${event.restartMs} ms`);
        return;
      case 'ready':
      case 'stopped':
        return;
    }
  });
  const release = () => {
    files.close();
    giveBack();
  };
  try {
    await supervisor.start();
  } catch (error) {
    release();
    throw error;
  }
  return {
    address: `127.0.0.1:${supervisor.get('proxy')?.port ?? settings.port}`,
    supervisor,
    async stop() {
      await supervisor.stop();
      release();
    },
  };
}

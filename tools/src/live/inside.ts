import { EngineError } from '../engines/engine.ts';
import { LiveCluster } from './live-cluster.ts';
import { type LiveRun, titleOf } from './live-run.ts';
import { pieces } from './pieces.ts';
import { Report } from './report.ts';

/** One run inside its namespace. What a run is comes as JSON. */
async function main(run: LiveRun): Promise<void> {
  const report = new Report(titleOf(run));
  const interrupted = new AbortController();
  process.on('SIGTERM', () => interrupted.abort());
  const { signal } = interrupted;
  const cluster = await report.step('etcd, Kafka and MinIO are up', () => LiveCluster.open(run, signal));
  try {
    await pieces[run.piece]({ run, cluster, report, signal });
    report.say('passed');
  } catch (error) {
    report.say(`FAILED: ${describe(error)}`);
    for (const name of cluster.endedByThemselves()) report.say(`${name} had ended by itself`);
    process.exitCode = 1;
  } finally {
    await cluster.close();
  }
}

/** What did not hold needs no stack; a mistake of ours does. */
function describe(error: unknown): string {
  if (error instanceof EngineError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main(JSON.parse(process.argv[2] ?? '{}'));
// Kept connections of a vendor's client must not keep the namespace.
process.exit();

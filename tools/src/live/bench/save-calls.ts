import { data } from '@millrace/proto';
import { putsOfSaves } from '../../bench/load/save-puts.ts';
import { faultOfStatus, SavingNode, type SavingNodeSettings } from '../../bench/load/saving-node.ts';
import type { Stage } from '../pieces.ts';
import { until } from '../until.ts';
import type { CoordinatorClient } from './coordinator-client.ts';
import { record } from './figures.ts';
import type { Side } from './sides.ts';
import { underLoad } from './under-load.ts';

const watchedDeadlineMs = 120_000;
const inFlights = [1, 64] as const;
const durationMs = 4_000;

const titleOf = (inFlight: number) => `SaveBinlogPaths, ${inFlight} in flight`;

/** The DataNode that has the channels saves logs. */
export async function saveCalls(
  stage: Stage,
  side: Side,
  { address, client }: CoordinatorClient,
  settings: SavingNodeSettings,
): Promise<void> {
  const node = await SavingNode.open(client, settings);
  await stage.report.step(`${side.name}: the DataNode has every channel`, async () => {
    for (const [at, segmentID] of node.segmentIDs.entries()) {
      let last = '';
      await until(
        `the save of segment ${segmentID} counts`,
        watchedDeadlineMs,
        async () => {
          last = (await client.call.saveBinlogPaths(node.request(at))).reason;
          return last === '';
        },
        () => last,
      );
    }
  });
  for (const inFlight of inFlights) {
    const goal = inFlight === 1 ? {} : { rateGoal: '≥ 8 ×, ≥ 60 % of the limit' };
    await underLoad(
      stage,
      side,
      { what: titleOf(inFlight), ...goal },
      {
        address,
        path: data.DataCoordService.saveBinlogPaths.path,
        inFlight,
        request: (call) => node.save(call),
        fault: faultOfStatus,
      },
    );
  }
}

/** How often etcd takes the keys of a save that nobody groups. */
export async function savesWithoutUs({ cluster, report, run }: Stage): Promise<void> {
  for (const inFlight of inFlights) {
    const what = titleOf(inFlight);
    const value = await report.step(`limit: ${what}`, () => putsOfSaves(cluster.store, inFlight, durationMs));
    await record(run.directory, { what, unit: '/s', better: 'more', side: 'limit', value });
  }
}

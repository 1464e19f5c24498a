import { isHealthy, segmentStates } from '@millrace/core';
import { scan } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { listAll, logKinds, logPrefix } from '@millrace/storage';
import { type CollectionRecord, readCollections, readSegments, type SegmentRecord } from './catalog.ts';
import type { Finding } from './finding.ts';
import { objectKeysOf } from './object-keys.ts';
import type { LocalData } from './open-local.ts';
import { verifySegment } from './verify-segment.ts';

export interface Verification {
  readonly findings: readonly Finding[];
  readonly segments: number;
  readonly objects: number;
}

/**
 * Holds metadata against objects against rows, for everything the cluster keeps. Run it on a cluster at rest: what is being written meanwhile
 * shows as phantom objects. Changes nothing.
 */
export async function verify(local: LocalData): Promise<Verification> {
  const findings: Finding[] = [];
  const report = (finding: Finding) => findings.push(finding);
  if (!(await checkDecodable(local, report))) return { findings, segments: 0, objects: 0 };
  const collections = new Map(
    (await readCollections(local.store, local.keys)).map((collection) => [collection.id, collection]),
  );
  const segments = await readSegments(local.store, local.keys);
  await checkLogKeys(local, segments, report);
  const sourcesOf = new Map(segments.map(({ info }) => [info.ID, info.compactionFrom]));
  const seen = new Map<bigint, Set<bigint>>();
  for (const segment of segments) {
    if (!isHealthy(segment.info.state)) continue;
    const collection = collections.get(segment.info.collectionID);
    if (collection === undefined) {
      report({
        kind: 'unknown-collection',
        where: `segment ${segment.info.ID}`,
        what: `its collection ${segment.info.collectionID} is not in the catalog`,
      });
      continue;
    }
    const seenRowIDs = rowIDsOf(seen, collection);
    await verifySegment({ ...local, collection, sourcesOf, seenRowIDs, report }, segment);
  }
  await checkCheckpoints(local, segments, report);
  const objects = await checkPhantoms(local, segments, report);
  return { findings, segments: segments.length, objects };
}

type Report = (finding: Finding) => void;

function rowIDsOf(seen: Map<bigint, Set<bigint>>, collection: CollectionRecord): Set<bigint> {
  let ids = seen.get(collection.id);
  if (ids === undefined) {
    ids = new Set();
    seen.set(collection.id, ids);
  }
  return ids;
}

/** Without metadata that reads, nothing else can be said. */
async function checkDecodable({ store, keys }: LocalData, report: Report): Promise<boolean> {
  let good = true;
  const kinds = [
    [keys.prefix.segments(), data.SegmentInfo],
    [keys.prefix.binlogs(), data.FieldBinlog],
    [keys.prefix.statslogs(), data.FieldBinlog],
    [keys.prefix.deltalogs(), data.FieldBinlog],
    [keys.prefix.channelWatches(), data.ChannelWatchInfo],
    [keys.prefix.channelCheckpoints(), internal.MsgPosition],
  ] as const;
  for (const [prefix, message] of kinds) {
    for await (const page of scan(store, { prefix })) {
      for (const { key, value } of page.kvs) {
        try {
          message.decode(value);
        } catch (error) {
          good = false;
          report({
            kind: 'undecodable-metadata',
            where: key,
            what: error instanceof Error ? error.message : String(error),
          });
        }
      }
    }
  }
  return good;
}

async function checkLogKeys(
  { store, keys }: LocalData,
  segments: readonly SegmentRecord[],
  report: Report,
): Promise<void> {
  const known = new Set(segments.map(({ info }) => info.ID));
  for (const prefix of [keys.prefix.binlogs(), keys.prefix.statslogs(), keys.prefix.deltalogs()]) {
    for await (const page of scan(store, { prefix, keysOnly: true })) {
      for (const { key } of page.kvs) {
        const segment = BigInt(key.split('/').at(-2) ?? '0');
        if (!known.has(segment))
          report({ kind: 'logs-without-segment', where: key, what: `there is no segment ${segment}` });
      }
    }
  }
}

/** A channel's checkpoint promises that everything before it is in binlogs: an open segment that starts before it and has none, lost rows. */
async function checkCheckpoints(
  { store, keys }: LocalData,
  segments: readonly SegmentRecord[],
  report: Report,
): Promise<void> {
  const prefix = keys.prefix.channelCheckpoints();
  for await (const page of scan(store, { prefix })) {
    for (const { key, value } of page.kvs) {
      const channel = key.slice(prefix.length);
      const checkpoint = internal.MsgPosition.decode(value);
      for (const { info, insert } of segments) {
        const open = info.state === segmentStates.growing || info.state === segmentStates.sealed;
        const start = info.startPosition?.timestamp;
        if (!open || info.insertChannel !== channel || start === undefined || insert.length > 0) continue;
        if (start < checkpoint.timestamp) {
          report({
            kind: 'checkpoint-ahead',
            where: channel,
            what: `the checkpoint is behind the start of segment ${info.ID}, whose rows are in no binlog`,
          });
        }
      }
    }
  }
}

async function checkPhantoms(
  local: LocalData,
  segments: readonly SegmentRecord[],
  report: Report,
): Promise<number> {
  const named = new Set(segments.flatMap((segment) => objectKeysOf(local.objectRoot, segment)));
  let objects = 0;
  for (const kind of logKinds) {
    for await (const { key } of listAll(local.objects, logPrefix(local.objectRoot, kind))) {
      objects++;
      if (!named.has(key)) report({ kind: 'phantom-object', where: key, what: 'no metadata names it' });
    }
  }
  return objects;
}

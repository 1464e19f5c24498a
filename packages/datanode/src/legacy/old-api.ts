import type { Clock, Logger, UniqueID } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';
import { legacy } from '@millrace/proto';
import type { HandlersOf, RpcServer } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import type { DataNode } from '../datanode.ts';
import type { DataCoordCalls, RootCoordCalls } from '../node-world.ts';
import type { DataNodeSettings } from '../settings.ts';
import { close } from './close.ts';
import { DefinitionReader } from './definition-reader.ts';
import { flush } from './flush.ts';
import { flushSegments } from './flush-segments.ts';
import { getComponentStates } from './get-component-states.ts';
import { NodeReports } from './node-reports.ts';
import { start } from './start.ts';
import { setStatsChannel, setTimeTickChannel } from './told-channels.ts';
import { watchDdChannel } from './watch-dd-channel.ts';
import { watchDmChannels } from './watch-dm-channels.ts';

/** What the older API stands on: the parts of today's node. */
export interface OldApiParts {
  readonly settings: DataNodeSettings;
  readonly nodeID: UniqueID;
  readonly node: Pick<DataNode, 'state' | 'handlers' | 'channels'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metaStore: MetaStore;
  readonly stream: MessageStream;
  readonly rootCoord: RootCoordCalls;
  readonly dataCoord: DataCoordCalls;
}

export type OldApiHandlers = HandlersOf<typeof legacy.DataNodeService>;

/** Serves the node API from before DataCoord with today's pipelines: an old-style coordinator can drive this node. */
export class OldApi {
  readonly handlers: OldApiHandlers;
  private readonly reports: NodeReports;
  private readonly definitions: DefinitionReader;

  constructor(parts: OldApiParts) {
    /** The channels it was told to watch, and did not close since. */
    const watched = new Set<string>();
    this.reports = new NodeReports(parts);
    this.definitions = new DefinitionReader(parts);
    this.handlers = {
      getComponentStates: getComponentStates(parts),
      start: start(parts),
      close: close(parts, watched, () => this.stop()),
      watchDmChannels: watchDmChannels(parts, watched, {
        reports: this.reports,
        definitions: this.definitions,
      }),
      watchDdChannel: watchDdChannel(parts, this.definitions),
      setTimeTickChannel: setTimeTickChannel(parts, this.reports),
      setStatsChannel: setStatsChannel(parts, this.reports),
      flush: flush(parts),
      flushSegments: flushSegments(parts),
    };
  }

  /** Publishes and reads nothing more. */
  async stop(): Promise<void> {
    await Promise.all([this.reports.stop(), this.definitions.stop()]);
  }
}

export function serveOldApi(server: RpcServer, parts: OldApiParts): OldApi {
  const api = new OldApi(parts);
  server.add(legacy.DataNodeService, api.handlers);
  return api;
}

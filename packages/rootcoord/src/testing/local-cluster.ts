import { seededRandom, silentLogger, type UniqueID } from '@millrace/core';
import {
  defaultMetaRoot,
  MemoryMetaStore,
  type MetaStore,
  registerSession,
  type Session,
} from '@millrace/metastore';
import { common, data, internal, rootcoord, schema } from '@millrace/proto';
import { type ClientOf, connect, type HandlersOf, RpcServer, realClock } from '@millrace/runtime';
import { MemoryStream, type Message, type MessageStream } from '@millrace/stream';
import { runRootCoord } from '../server.ts';
import { defaultRootCoordSettings, type RootCoordSettings } from '../settings.ts';

type DataCoordHandlers = HandlersOf<typeof data.DataCoordService>;
export type RootCoordClient = ClientOf<typeof rootcoord.RootCoordService>;

export interface RunningRootCoord {
  readonly call: RootCoordClient;
  /** Resolves when it has stopped. */
  stop(): Promise<void>;
}

/** A meta store, a stream and a fake DataCoord, around which RootCoords are started and stopped. */
export class LocalCluster {
  readonly store = new MemoryMetaStore({ clock: realClock });
  readonly stream = new MemoryStream();
  readonly watched: data.WatchChannelsRequest[] = [];
  private readonly closers: (() => Promise<void> | void)[] = [];

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  /** Registers a DataCoord that watches whatever it is told to and keeps nothing. */
  async startDataCoord(handlers: DataCoordHandlers = {}): Promise<void> {
    const server = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 50 });
    server.add(data.DataCoordService, {
      getComponentStates: () => ({}),
      watchChannels: (request) => {
        this.watched.push(request);
        return {};
      },
      gcConfirm: () => ({ gcFinished: true }),
      ...handlers,
    });
    const port = await server.listen(0);
    this.closers.push(() => server.stop());
    await this.register('datacoord', `127.0.0.1:${port}`);
  }

  /** A session alone: nobody listens there. */
  async register(
    role: 'datacoord' | 'datanode' | 'proxy',
    address: string,
    serverID?: UniqueID,
  ): Promise<Session> {
    const session = await registerSession(
      { store: this.store, clock: realClock, random: seededRandom(3) },
      defaultMetaRoot,
      { role, address, ...(serverID === undefined ? {} : { serverID }) },
      new AbortController().signal,
    );
    this.closers.push(() => session.close());
    return session;
  }

  async startRootCoord(
    settings: Partial<RootCoordSettings> = {},
    world: { readonly store?: MetaStore; readonly stream?: MessageStream } = {},
  ): Promise<RunningRootCoord> {
    const abort = new AbortController();
    const serving = Promise.withResolvers<string>();
    const ended = runRootCoord(
      {
        rootCoord: {
          ...defaultRootCoordSettings,
          timeTickIntervalMs: 10,
          reconcileIntervalMs: 10,
          ddlDeadlineMs: 1_000,
          ...settings,
        },
        host: '127.0.0.1',
        port: 0,
        advertisedHost: '127.0.0.1',
        onServing: ({ port }) => serving.resolve(`127.0.0.1:${port}`),
      },
      {
        clock: realClock,
        random: seededRandom(5),
        log: silentLogger,
        metaStore: world.store ?? this.store,
        stream: world.stream ?? this.stream,
      },
      abort.signal,
    );
    ended.catch(serving.reject);
    const client = connect(rootcoord.RootCoordService, await serving.promise);
    const stop = async () => {
      client.close();
      abort.abort();
      await ended.catch(() => undefined);
    };
    this.closers.push(stop);
    return { call: client.call, stop };
  }

  /** Everything in a channel so far. */
  async messages(channel: string): Promise<Message[]> {
    const last = await this.stream.latest(channel);
    if (last === undefined) return [];
    const abort = new AbortController();
    const messages: Message[] = [];
    for await (const batch of this.stream.read(channel, 'earliest', abort.signal)) {
      messages.push(...batch);
      const newest = batch.at(-1);
      if (newest !== undefined && this.stream.compare(newest.id, last) >= 0) break;
    }
    abort.abort();
    return messages;
  }

  /** Types and timestamps of the messages of a channel so far. */
  async headers(channel: string): Promise<common.MsgBase[]> {
    const messages = await this.messages(channel);
    return messages.map(
      ({ payload }) => common.MsgHeader.decode(payload).base ?? common.MsgBase.fromPartial({}),
    );
  }

  async ticks(channel: string): Promise<bigint[]> {
    const headers = await this.headers(channel);
    return headers
      .filter(({ msgType }) => msgType === common.MsgType.TimeTick)
      .map(({ timestamp }) => timestamp);
  }
}

/** `int64 pk`, `float vector v` of 8. */
export function aSchema(name: string, change: Partial<schema.CollectionSchema> = {}): Buffer {
  const { Int64, FloatVector } = schema.DataType;
  const whole = schema.CollectionSchema.fromPartial({
    name,
    fields: [
      { name: 'pk', isPrimaryKey: true, dataType: Int64 },
      { name: 'v', dataType: FloatVector, typeParams: [{ key: 'dim', value: '8' }] },
    ],
    ...change,
  });
  return Buffer.from(schema.CollectionSchema.encode(whole).finish());
}

export function aCollection(name: string) {
  return { collectionName: name, schema: aSchema(name), shardsNum: 2 };
}

export function decodeCreate(payload: Uint8Array): internal.CreateCollectionRequest {
  return internal.CreateCollectionRequest.decode(payload);
}

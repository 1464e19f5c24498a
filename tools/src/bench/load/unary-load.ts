import { connect, type Socket } from 'node:net';
import {
  flags,
  frame,
  frameBytesMax,
  frameHeaderBytes,
  frameTypes,
  grpcHeaders,
  grpcMessage,
  preface,
  settings,
  windowUpdate,
} from './http2-frames.ts';

const windowMax = 2 ** 31 - 1;
/** What the connection's window starts with, whatever the settings say. Source: RFC 9113, 6.9.2. */
const firstWindow = 65_535;
const settingIDs = { headerTable: 1, push: 2, initialWindow: 4 } as const;

/** A finished call: its answer without the gRPC framing, empty when the server refused it. */
export type OnAnswer = (answer: Buffer, microseconds: number) => void;

interface Call {
  readonly startedMs: number;
  readonly pieces: Buffer[];
}

/**
 * Unary gRPC calls over one connection, without a gRPC library: a load generator beside the server on the same cores must cost less than what
 * it measures, and grpc-js' client costs twice its server. It reads of an answer only that it has ended and its message.
 */
export class UnaryLoad {
  private readonly socket: Socket;
  private readonly headers: Buffer;
  private readonly calls = new Map<number, Call>();
  private readonly waiting: Buffer[] = [];
  private readonly onAnswer: OnAnswer;
  private rest: Buffer = Buffer.alloc(0);
  private out: Buffer[] = [];
  private nextStream = 1;
  private sendWindow = firstWindow;
  private received = 0;
  private failure: Error | undefined;

  private constructor(socket: Socket, headers: Buffer, onAnswer: OnAnswer) {
    this.socket = socket;
    this.headers = headers;
    this.onAnswer = onAnswer;
    socket.on('data', (bytes: Buffer) => this.read(bytes));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  /** @param address `host:port`; @param path `/package.Service/Method` */
  static async open(address: string, path: string, onAnswer: OnAnswer): Promise<UnaryLoad> {
    const at = address.lastIndexOf(':');
    const socket = connect(Number(address.slice(at + 1)), address.slice(0, at));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    const load = new UnaryLoad(socket, grpcHeaders(address, path), onAnswer);
    const { headerTable, push, initialWindow } = settingIDs;
    load.send(preface);
    load.send(settings({ [headerTable]: 0, [push]: 0, [initialWindow]: windowMax }));
    load.send(windowUpdate(0, windowMax - firstWindow));
    return load;
  }

  /** Starts a call. Throws what ended the connection. */
  call(message: Uint8Array): void {
    if (this.failure !== undefined) throw this.failure;
    const body = grpcMessage(message);
    if (this.waiting.length > 0 || body.length > this.sendWindow) this.waiting.push(body);
    else this.start(body);
  }

  close(): void {
    this.failure ??= new Error('closed');
    this.socket.destroy();
  }

  private start(body: Buffer): void {
    const stream = this.nextStream;
    this.nextStream += 2;
    this.sendWindow -= body.length;
    this.calls.set(stream, { startedMs: performance.now(), pieces: [] });
    this.send(frame(frameTypes.headers, flags.endHeaders, stream, this.headers));
    for (let at = 0; at < body.length; at += frameBytesMax) {
      const last = at + frameBytesMax >= body.length;
      this.send(
        frame(frameTypes.data, last ? flags.endStream : 0, stream, body.subarray(at, at + frameBytesMax)),
      );
    }
  }

  /** What is sent in one turn of the event loop is one write. */
  private send(bytes: Buffer): void {
    if (this.out.length === 0)
      setImmediate(() => {
        this.socket.write(Buffer.concat(this.out));
        this.out = [];
      });
    this.out.push(bytes);
  }

  private read(bytes: Buffer): void {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let at = 0;
    while (all.length - at >= frameHeaderBytes) {
      const end = at + frameHeaderBytes + all.readUIntBE(at, 3);
      if (all.length < end) break;
      this.take(
        all[at + 3] ?? 0,
        all[at + 4] ?? 0,
        all.readUInt32BE(at + 5) & windowMax,
        all.subarray(at + frameHeaderBytes, end),
      );
      at = end;
    }
    this.rest = all.subarray(at);
  }

  private take(type: number, flag: number, stream: number, payload: Buffer): void {
    switch (type) {
      case frameTypes.data:
        this.takeData(flag, stream, payload);
        return;
      case frameTypes.headers:
        if ((flag & flags.endStream) !== 0) this.finish(stream);
        return;
      case frameTypes.resetStream:
        this.finish(stream);
        return;
      case frameTypes.settings:
        if ((flag & flags.ack) === 0) this.send(frame(frameTypes.settings, flags.ack, 0, Buffer.alloc(0)));
        return;
      case frameTypes.ping:
        if ((flag & flags.ack) === 0) this.send(frame(frameTypes.ping, flags.ack, 0, payload));
        return;
      case frameTypes.windowUpdate:
        if (stream === 0) this.widen(payload.readUInt32BE(0));
        return;
      case frameTypes.goAway:
        this.fail(new Error(`the server sends no more answers: ${payload.subarray(8).toString()}`));
        return;
    }
  }

  private takeData(flag: number, stream: number, payload: Buffer): void {
    if ((flag & flags.padded) !== 0)
      throw new Error('the server pads its answers, which this client does not read');
    this.calls.get(stream)?.pieces.push(payload);
    this.received += payload.length;
    if (this.received > windowMax / 2) {
      this.send(windowUpdate(0, this.received));
      this.received = 0;
    }
    if ((flag & flags.endStream) !== 0) this.finish(stream);
  }

  private finish(stream: number): void {
    const call = this.calls.get(stream);
    if (call === undefined) return;
    this.calls.delete(stream);
    const [first = Buffer.alloc(0)] = call.pieces;
    const answer = call.pieces.length > 1 ? Buffer.concat(call.pieces) : first;
    this.onAnswer(answer.subarray(5), (performance.now() - call.startedMs) * 1000);
  }

  private widen(increment: number): void {
    this.sendWindow += increment;
    for (
      let body = this.waiting[0];
      body !== undefined && body.length <= this.sendWindow;
      body = this.waiting[0]
    ) {
      this.waiting.shift();
      this.start(body);
    }
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    for (const stream of [...this.calls.keys()]) this.finish(stream);
  }
}

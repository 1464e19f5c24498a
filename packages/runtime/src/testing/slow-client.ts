import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';

/** A client that sends the beginning of a call and takes its time with the rest. */
export class SlowClient {
  private readonly session: ClientHttp2Session;

  constructor(address: string) {
    this.session = connect(`http://${address}`);
    this.session.on('error', () => undefined);
  }

  begin(path: string): SlowCall {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    return new SlowCall(stream);
  }

  close(): void {
    this.session.destroy();
  }
}

/** Of the five bytes before an empty message. */
const sentFirst = 2;

export class SlowCall {
  private readonly stream: ClientHttp2Stream;

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream;
    stream.on('error', () => undefined);
    stream.write(Buffer.alloc(sentFirst));
  }

  /** Goes away in the middle of the request. */
  leave(): void {
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  /** Sends the rest of an empty request, and resolves with the bytes of the answer. */
  finish(): Promise<Buffer> {
    const { stream } = this;
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(Buffer.alloc(5 - sentFirst));
    return new Promise((resolve, reject) => {
      stream.on('close', () => {
        const answer = Buffer.concat(chunks);
        if (answer.length < 5) reject(new Error('the call ended without an answer'));
        else resolve(answer.subarray(5));
      });
    });
  }
}

import { Readable } from 'node:stream';
import { type Clock, copyBytes } from '@millrace/core';
import { type Dispatcher, Pool } from 'undici';
import { clampRange } from '../../byte-range.ts';
import type { ByteRange, GetOptions } from '../../object-store.ts';
import { errorOfCode, failureOfResponse, type Subject } from './failure.ts';
import type { MinioSettings } from './settings.ts';
import { objectPath, Signer } from './signer.ts';

/** Up to here, one copy costs less than one write to the socket for every chunk. */
const joinedBytesMax = 256 * 1024;

const connectionsMax = 32;

/** The two requests that move data, on connections that stay open. They throw our errors for answers, and foreign ones for connections. */
export class Requests {
  private readonly settings: MinioSettings;
  private readonly clock: Clock;
  private readonly signer: Signer;
  private readonly host: string;
  private readonly pool: Pool;

  constructor(settings: MinioSettings, silenceMs: number, clock: Clock) {
    this.settings = settings;
    this.clock = clock;
    this.signer = new Signer(settings);
    const origin = new URL(`${settings.useSSL ? 'https' : 'http'}://${settings.host}:${settings.port}`);
    this.host = origin.host;
    this.pool = new Pool(origin, {
      connections: connectionsMax,
      pipelining: 1,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      connect: { timeout: silenceMs },
    });
  }

  async put(
    key: string,
    chunks: readonly Uint8Array[],
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const joined = chunks.length < 2 || bytes <= joinedBytesMax;
    const body = joined ? (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)) : Readable.from(chunks);
    const length = { 'content-length': String(bytes) };
    const answer = await this.send('PUT', key, { headers, plain: length, body: body ?? null, signal });
    if (answer.statusCode !== 200) throw await this.failure(answer, key);
    await answer.body.dump();
  }

  async get(
    key: string,
    range: ByteRange | undefined,
    signal: AbortSignal,
    memory?: GetOptions['memory'],
  ): Promise<Uint8Array> {
    const plain: Record<string, string> =
      range === undefined ? {} : { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const answer = await this.send('GET', key, { headers: {}, plain, body: null, signal });
    switch (answer.statusCode) {
      case 206:
        return contentOf(answer, memory);
      case 200: {
        // A server that knows no ranges sends everything.
        const content = await contentOf(answer, memory);
        const { start, end } = clampRange(range, content.byteLength);
        return content.subarray(start, end);
      }
      case 416:
        await answer.body.dump();
        return new Uint8Array();
      default:
        throw await this.failure(answer, key);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async send(
    method: 'GET' | 'PUT',
    key: string,
    request: {
      readonly headers: Readonly<Record<string, string>>;
      /** Headers that are not signed. */
      readonly plain: Readonly<Record<string, string>>;
      readonly body: Uint8Array | Readable | null;
      readonly signal: AbortSignal;
    },
  ): Promise<Dispatcher.ResponseData> {
    const path = objectPath(this.settings.bucket, key);
    const headers = this.signer.sign({
      method,
      path,
      headers: { host: this.host, ...request.headers },
      nowMs: this.clock.now(),
    });
    return this.pool.request({
      method,
      path,
      headers: { ...headers, ...request.plain },
      body: request.body,
      signal: request.signal,
    });
  }

  private async failure(answer: Dispatcher.ResponseData, key: string): Promise<Error> {
    const { code, message } = failureOfResponse(answer.statusCode, await answer.body.text());
    return errorOfCode(code, message, this.subject(key));
  }

  private subject(key: string): Subject {
    const { host, port, bucket, accessKey } = this.settings;
    return { server: `${host}:${port}`, bucket, accessKey, key };
  }
}

/** Into memory of the caller's where there is some and the server says how much it takes, as all do. */
async function contentOf(
  { headers, body }: Dispatcher.ResponseData,
  memory: GetOptions['memory'],
): Promise<Uint8Array> {
  const bytes = Number(headers['content-length'] ?? Number.NaN);
  if (memory === undefined || !Number.isSafeInteger(bytes)) return body.bytes();
  const content = memory(bytes).subarray(0, bytes);
  let read = 0;
  for await (const chunk of body) {
    const part: Uint8Array = chunk;
    copyBytes(part, 0, part.length, content, read);
    read += part.length;
  }
  return content;
}

import { createHash, createHmac } from 'node:crypto';

const algorithm = 'AWS4-HMAC-SHA256';
const scopeTail = 's3/aws4_request';

/** The region that MinIO has unless somebody names another. */
export const region = 'us-east-1';

export interface SignedRequest {
  readonly method: string;
  /** Encoded, without a query. */
  readonly path: string;
  /** All headers to sign, `host` among them, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/**
 * Signs requests with Signature Version 4 and leaves the body out of the signature: hashing it costs more than all the rest of a request.
 * The client of the `minio` package always hashes what it puts, twice without TLS.
 */
export class Signer {
  private readonly accessKey: string;
  private readonly secretKey: string;
  /** The key of one day, which all requests of that day share. */
  private day: { readonly date: string; readonly key: Buffer } | undefined;

  constructor(credentials: { readonly accessKey: string; readonly secretKey: string }) {
    this.accessKey = credentials.accessKey;
    this.secretKey = credentials.secretKey;
  }

  /** The headers of the request with those that authorize it. */
  sign(request: SignedRequest): Record<string, string> {
    const time = new Date(request.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const date = time.slice(0, 8);
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': time,
    };
    const names = Object.keys(headers).sort();
    const canonical = [
      request.method,
      request.path,
      '',
      ...names.map((name) => `${name}:${headers[name]}`),
      '',
      names.join(';'),
      'UNSIGNED-PAYLOAD',
    ].join('\n');
    const scope = `${date}/${region}/${scopeTail}`;
    const hash = createHash('sha256').update(canonical).digest('hex');
    const signature = hmac(this.keyOf(date), [algorithm, time, scope, hash].join('\n')).toString('hex');
    headers['authorization'] =
      `${algorithm} Credential=${this.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return headers;
  }

  private keyOf(date: string): Buffer {
    if (this.day?.date !== date) {
      const parts = [date, region, ...scopeTail.split('/')];
      this.day = { date, key: parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${this.secretKey}`)) };
    }
    return this.day.key;
  }
}

/** `/bucket/key` as it is sent and as it is signed. */
export function objectPath(bucket: string, key: string): string {
  return `/${[bucket, ...key.split('/')].map(encodePart).join('/')}`;
}

function encodePart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

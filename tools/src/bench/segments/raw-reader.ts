import { type MetaStore, scan } from '@millrace/metastore';
import { etcd } from '@millrace/proto';
import { connect } from '@millrace/runtime';

const keysOfRange = 10_000;
const inFlight = 4;

/** The Range call, its answers left as bytes. */
const rawService = {
  range: { ...etcd.KVService.range, responseDeserialize: (bytes: Buffer) => ({ bytes: bytes.length }) },
} as const;

/** Reads every key below a prefix and throws it away, in ranges whose bounds it knows beforehand: the most that etcd and the connection give. */
export class RawReader {
  private readonly client: ReturnType<typeof connect<typeof rawService>>;
  private readonly prefix: string;
  private readonly bounds: readonly string[];

  private constructor(address: string, prefix: string, bounds: readonly string[]) {
    this.client = connect(rawService, address, { deadlineMs: 60_000 });
    this.prefix = prefix;
    this.bounds = bounds;
  }

  /** @param prefix ends with a slash */
  static async open(store: MetaStore, address: string, prefix: string): Promise<RawReader> {
    const bounds: string[] = [];
    for await (const { kvs } of scan(store, { prefix, keysOnly: true, limit: keysOfRange }))
      bounds.push(kvs[0]?.key ?? '');
    return new RawReader(address, prefix, bounds);
  }

  /** How many bytes came. */
  async read(): Promise<number> {
    let next = 0;
    let read = 0;
    const reader = async () => {
      while (next < this.bounds.length) {
        const at = next++;
        const end = this.bounds[at + 1] ?? `${this.prefix.slice(0, -1)}0`;
        const request = { key: Buffer.from(this.bounds[at] ?? ''), rangeEnd: Buffer.from(end) };
        const { bytes } = await this.client.call.range(request);
        read += bytes;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, reader));
    return read;
  }

  close(): void {
    this.client.close();
  }
}

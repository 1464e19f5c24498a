import { etcd } from '@millrace/proto';
import { describe, expect, it } from 'vitest';
import { WatchReader } from './watch-reader.ts';

const answer = (fields: Partial<etcd.WatchResponse>, revision = 10n) =>
  etcd.WatchResponse.fromPartial({ header: { revision }, ...fields });
const put = (key: string, modRevision: bigint) =>
  etcd.Event.fromPartial({ kv: { key: Buffer.from(key), modRevision } });

describe('WatchReader', () => {
  it('joins the fragments of an answer, so that no transaction is split', () => {
    const reader = new WatchReader(4n);
    expect(reader.take(answer({ fragment: true, events: [put('a', 5n), put('b', 6n)] }))).toBeUndefined();
    const batch = reader.take(answer({ events: [put('c', 6n)] }));
    expect(batch).toMatchObject({ revision: 6n, snapshot: false, events: { length: 3 } });
    expect(reader.take(answer({ events: [put('d', 7n)] }))).toMatchObject({ events: { length: 1 } });
  });

  it('has delivered up to its last event, however far the store is', () => {
    expect(new WatchReader(4n).take(answer({ events: [put('a', 5n)] }, 99n))).toMatchObject({ revision: 5n });
  });

  it('finds a gap where history was compacted, and where the server is behind what was seen', () => {
    const reader = new WatchReader(4n);
    expect(reader.take(answer({ canceled: true, compactRevision: 8n }))).toBe('gap');
    expect(reader.take(answer({ created: true }, 4n))).toBe('opened');
    expect(reader.take(answer({ created: true }, 3n))).toBe('gap');
  });

  it('fails when the server ends the watch, and says why', () => {
    const ended = answer({ canceled: true, cancelReason: 'no leader' });
    expect(() => new WatchReader(4n).take(ended)).toThrow('no leader');
  });
});

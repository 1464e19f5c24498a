import { silentLogger } from '@millrace/core';
import { etcd } from '@millrace/proto';
import { connect, realClock, realRandom } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { describe, it } from 'vitest';
import { describeMetaStore } from '../testing/meta-store-suite.ts';
import { EtcdMetaStore } from './etcd.ts';

const address = engineAddress('etcd');

if (address === undefined) describe.skip('MetaStore: etcd', () => it('needs an etcd', () => {}));
else {
  describeMetaStore('etcd', async () => {
    const open = () =>
      new EtcdMetaStore(
        { clock: realClock, random: realRandom, log: silentLogger },
        { endpoints: [address] },
      );
    const store = open();
    return {
      store,
      another: async () => open(),
      compact: async () => {
        const { revision } = await store.transact({ writes: [] });
        const client = connect(etcd.KVService, address);
        await client.call.compact({ revision });
        client.close();
      },
      leaseTtlMs: 2000,
      close: () => store.close(),
    };
  });
}

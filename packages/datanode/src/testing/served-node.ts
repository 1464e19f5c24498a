import { type Logger, silentLogger } from '@millrace/core';
import { data } from '@millrace/proto';
import { type ClientOf, connect, RpcServer } from '@millrace/runtime';
import type { TestNode } from './test-node.ts';

/** A test node behind a real port. */
export async function served(
  node: TestNode,
  log: Logger = silentLogger,
): Promise<{
  readonly call: ClientOf<typeof data.DataNodeService>;
  readonly address: string;
  close(): Promise<void>;
}> {
  const server = new RpcServer({ log, host: '127.0.0.1' });
  server.add(data.DataNodeService, node.handlers);
  const address = `127.0.0.1:${await server.listen(0)}`;
  const { call, close } = connect(data.DataNodeService, address);
  return {
    call,
    address,
    close: async () => {
      close();
      await server.stop();
    },
  };
}

import { isKind, type MillraceError, NotFound, Unavailable } from '@millrace/core';
import { type ClientSettings, connect, type RpcClient } from './client.ts';
import type { CallOptions, ClientOf, ServiceDefinition } from './method.ts';

/** Where the other side is now (`host:port`), undefined while it is nowhere. */
export type AddressLookup = () => Promise<string | undefined>;

/**
 * A client of a role that may move: its address is looked up at the first call and again after each transport failure. A call that failed
 * in transport is tried once more at the address found then, as Milvus' own clients do; whoever calls decides about more.
 * Calls reject with Unavailable while the role is nowhere or the client is closed, with NotFound for a call that the service has not.
 */
export function connectRole<Service extends ServiceDefinition>(
  service: Service,
  role: string,
  lookUp: AddressLookup,
  settings: ClientSettings = {},
): RpcClient<Service> {
  let current: { readonly address: string; readonly client: RpcClient<Service> } | undefined;
  let closed = false;

  async function client(): Promise<RpcClient<Service>> {
    if (closed) throw new Unavailable(`the client of ${role} is closed`);
    if (current !== undefined) return current.client;
    const address = await lookUp();
    if (address === undefined) throw new Unavailable(`no ${role} is registered: start one, or wait for it`);
    current ??= { address, client: connect(service, address, settings) };
    return current.client;
  }

  function forget(failed: RpcClient<Service>): void {
    if (current?.client !== failed) return;
    current = undefined;
    failed.close();
  }

  const calls: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(service)) {
    if (method.requestStream || method.responseStream) continue;
    calls[name] = async (request: object, options: CallOptions = {}) => {
      for (let attempt = 1; ; attempt++) {
        const chosen = await client();
        const call: unknown = Reflect.get(chosen.call, name);
        if (typeof call !== 'function') throw new NotFound(`${role} has no call ${name}`);
        try {
          return await call(request, options);
        } catch (error) {
          if (!isKind(error, 'unavailable') || options.signal?.aborted === true) throw error;
          forget(chosen);
          if (attempt >= 2 || !wasNotDelivered(error)) throw error;
        }
      }
    };
  }
  return {
    // Built member by member above, which a type cannot follow.
    call: calls as ClientOf<Service>,
    close() {
      closed = true;
      current?.client.close();
      current = undefined;
    },
  };
}

/** A deadline that passed says nothing about the address: trying again would only double the wait. */
function wasNotDelivered(error: MillraceError): boolean {
  const cause = error.cause;
  return !(cause instanceof Error && 'code' in cause && cause.code === deadlineExceeded);
}

/** gRPC status DEADLINE_EXCEEDED. */
const deadlineExceeded = 4;

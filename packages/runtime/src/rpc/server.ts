import {
  status as grpcStatus,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Internal, Invalid, type Logger, MillraceError } from '@millrace/core';
import { statusFromError } from '@millrace/proto';
import { describeError } from '../log.ts';
import { serverOptions } from './limits.ts';
import type { CallContext, HandlersOf, MethodDefinition, ServiceDefinition } from './method.ts';

export interface RpcServerSettings {
  readonly log: Logger;
  /** Host to listen on. Default: all interfaces, as the original does. */
  readonly host?: string;
  /** Time that calls under way get to finish when the server stops. Default: 5000. */
  readonly graceMs?: number;
}

type Handler = (request: unknown, context: CallContext) => unknown;

/** A gRPC server of one process: services are added, then it listens. */
export class RpcServer {
  private readonly server = new Server(serverOptions);
  private readonly settings: RpcServerSettings;

  constructor(settings: RpcServerSettings) {
    this.settings = settings;
  }

  add<Service extends ServiceDefinition>(service: Service, handlers: HandlersOf<Service>): void {
    const table = handlers as Readonly<Record<string, Handler | undefined>>;
    const implementation: UntypedServiceImplementation = {};
    for (const [name, method] of Object.entries(service)) {
      const handler = table[name];
      if (handler === undefined || method.requestStream || method.responseStream) continue;
      implementation[name] = this.serve(method as unknown as MethodDefinition<object, object>, handler);
    }
    this.server.addService(service as unknown as Parameters<Server['addService']>[0], implementation);
  }

  /** Listens on the port (0: any free one) and returns the one it got. A port in use is Invalid. */
  listen(port: number): Promise<number> {
    const address = `${this.settings.host ?? '0.0.0.0'}:${port}`;
    return new Promise((resolve, reject) => {
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
        if (error !== null)
          reject(
            new Invalid(
              `cannot listen on ${address}: ${error.message}. Choose another port or end its user`,
              { cause: error },
            ),
          );
        else resolve(bound);
      });
    });
  }

  /** Refuses new calls, lets those under way finish within the grace time, then cuts them off. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      const cut = setTimeout(() => this.server.forceShutdown(), this.settings.graceMs ?? 5_000);
      this.server.tryShutdown(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  }

  private serve(method: MethodDefinition<object, object>, handler: Handler) {
    const empty = method.responseDeserialize(Buffer.alloc(0));
    const answered = isStatus(empty)
      ? { errorCode: 0, reason: '' }
      : 'status' in empty
        ? { status: { errorCode: 0, reason: '' } }
        : {};
    return (call: ServerUnaryCall<object, object>, reply: sendUnaryData<object>): void => {
      let aborter: AbortController | undefined;
      const context: CallContext = {
        get signal() {
          if (aborter === undefined) {
            const controller = new AbortController();
            aborter = controller;
            if (call.cancelled) controller.abort();
            call.on('cancelled', () => controller.abort());
          }
          return aborter.signal;
        },
        get peer() {
          return call.getPeer();
        },
      };
      const fail = (error: unknown): void => {
        const known = error instanceof MillraceError && error.kind !== 'internal';
        this.settings.log[known ? 'debug' : 'error'](
          { method: method.path, error: describeError(error) },
          'call failed',
        );
        const status = statusFromError(error);
        if (isStatus(empty)) reply(null, status);
        else if ('status' in empty) reply(null, { ...empty, status });
        else reply({ code: grpcStatus.INTERNAL, details: status.reason });
      };
      try {
        const answer = handler(call.request, context);
        if (answer instanceof Promise)
          answer.then((value: object) => reply(null, { ...empty, ...answered, ...value }), fail);
        else if (typeof answer === 'object') reply(null, { ...empty, ...answered, ...answer });
        else fail(new Internal(`${method.path} answered nothing`));
      } catch (error) {
        fail(error);
      }
    };
  }
}

function isStatus(empty: object): boolean {
  return 'errorCode' in empty && 'reason' in empty;
}

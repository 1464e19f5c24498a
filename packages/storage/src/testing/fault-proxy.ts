import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/**
 * What happens to one request: it is passed on; is done but its answer is lost; loses its connection at once or amid the answer; is never
 * answered; or is answered with a status and no body.
 */
export type Fault = 'pass' | 'lose-answer' | 'reset' | 'cut-answer' | 'hang' | number;

export interface FaultProxy {
  readonly port: number;
  /** Methods of the requests that came, in order. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** An HTTP server in front of another that does to each request what `faultOf` says. `request` counts from 1 for each method. */
export async function openFaultProxy(
  target: { readonly host: string; readonly port: number },
  faultOf: (request: { readonly method: string; readonly path: string; readonly number: number }) => Fault,
): Promise<FaultProxy> {
  const seen: string[] = [];
  const server = createServer((incoming, answer) => {
    const { method = '', url: path = '' } = incoming;
    seen.push(method);
    const number = seen.filter((one) => one === method).length;
    apply(faultOf({ method, path, number }), target, incoming, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function apply(
  fault: Fault,
  target: { readonly host: string; readonly port: number },
  incoming: IncomingMessage,
  answer: ServerResponse,
): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    incoming.socket.destroy();
    return;
  }
  if (typeof fault === 'number') {
    incoming.resume().on('end', () => answer.writeHead(fault).end());
    return;
  }
  const { method, url: path, headers } = incoming;
  const passed = request({ ...target, method, path, headers }, (response) => {
    if (fault === 'lose-answer') {
      response.resume().on('end', () => incoming.socket.destroy());
      return;
    }
    answer.writeHead(response.statusCode ?? 500, response.headers);
    if (fault === 'cut-answer') {
      response.once('data', (data: Buffer) => {
        answer.write(data.subarray(0, data.length / 2), () => incoming.socket.destroy());
        response.destroy();
      });
      return;
    }
    response.pipe(answer);
  });
  passed.on('error', () => incoming.socket.destroy());
  incoming.pipe(passed);
}

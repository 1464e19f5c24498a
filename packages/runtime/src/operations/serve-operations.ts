import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '@millrace/core';
import { isLogLevel, logLevels } from '../log.ts';
import { type ComponentHealth, type Operations, stateCodes } from './operations.ts';

const bodyBytesMax = 4_096;

/**
 * Serves `/healthz`, `/metrics` and `/log/level` over HTTP. A port that is taken is logged and no error: as with the original, one process of
 * a machine has it. Source: spec datacoord §11.6. Resolves with the port, undefined where there is none.
 */
export function serveOperations(
  operations: Operations,
  { host, port, log }: { readonly host: string; readonly port: number; readonly log: Logger },
): Promise<{ readonly port: number; close(): void } | undefined> {
  const server = createServer((request, response) => {
    answer(operations, request, response).catch((error: unknown) => {
      log.warn({ url: request.url, error }, 'operations request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.unref();
  return new Promise((resolve) => {
    server.once('error', (error) => {
      log.warn({ port, error: error.message }, 'no health and metrics here: their port cannot be used');
      resolve(undefined);
    });
    const listen = host === '' ? { port } : { port, host };
    server.listen(listen, () => {
      const bound = portOf(server);
      log.info({ port: bound }, 'health and metrics served');
      resolve({ port: bound, close: () => server.close() });
    });
  });
}

async function answer(
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  switch (pathname) {
    case '/healthz':
      return answerHealth(
        operations.health(),
        request.headers['content-type'] === 'application/json',
        response,
      );
    case '/metrics':
      return send(response, 200, operations.metrics.contentType, await operations.metrics.text());
    case '/log/level':
      if (request.method === 'PUT') {
        const level = searchParams.get('level') ?? levelOf(await bodyOf(request));
        if (!isLogLevel(level))
          return sendJSON(response, 400, {
            error: `the level is '${level}': it takes ${logLevels.join(', ')}`,
          });
        operations.log.level = level;
      }
      return sendJSON(response, 200, { level: operations.log.level });
    default:
      return send(response, 404, 'text/plain', 'there are /healthz, /metrics and /log/level\n');
  }
}

/** The texts are the original's. */
function answerHealth(
  components: readonly ComponentHealth[],
  asJSON: boolean,
  response: ServerResponse,
): void {
  const ill = components.find(({ code }) => code !== stateCodes.Healthy && code !== stateCodes.StandBy);
  const status = ill === undefined ? 200 : 500;
  const state = ill === undefined ? 'OK' : `component ${ill.name} state is ${ill.code}`;
  if (asJSON) sendJSON(response, status, { state, detail: components });
  else send(response, status, 'text/plain', state);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > bodyBytesMax) return '';
  }
  return body;
}

/** `{"level":"debug"}`, or a form's `level=debug`. */
function levelOf(body: string): string {
  const inForm = new URLSearchParams(body).get('level');
  if (inForm !== null) return inForm;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && 'level' in value) return String(value.level);
  } catch {
    // Said by the caller, who sees no level in it.
  }
  return body;
}

function sendJSON(response: ServerResponse, status: number, value: object): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

import http from 'node:http';
import https from 'node:https';
import { Invalid } from '@millrace/core';
import { Client } from 'minio';
import type { MinioSettings } from './settings.ts';
import { region } from './signer.ts';

type Answer = (response: http.IncomingMessage) => void;

export interface ClosableClient {
  readonly client: Client;
  close(): void;
}

/** MinIO's own client with connections that do not wait for a silent server, and without retries: those are ours. */
export function openMinioClient(settings: MinioSettings, silenceMs: number): ClosableClient {
  const { host, port, useSSL, accessKey, secretKey } = settings;
  const library = useSSL ? https : http;
  const agent = new library.Agent({ keepAlive: true, maxSockets: 16 });

  function request(options: http.RequestOptions | string | URL, answer?: Answer): http.ClientRequest;
  function request(url: string | URL, options: http.RequestOptions, answer?: Answer): http.ClientRequest;
  function request(
    first: http.RequestOptions | string | URL,
    second?: http.RequestOptions | Answer,
    third?: Answer,
  ): http.ClientRequest {
    const made =
      typeof second === 'object' && (typeof first === 'string' || first instanceof URL)
        ? library.request(first, second, third)
        : library.request(first, typeof second === 'function' ? second : undefined);
    return made.setTimeout(silenceMs, () => made.destroy(new Error(`silent for ${silenceMs} ms`)));
  }

  try {
    const client = new Client({
      endPoint: host,
      port,
      useSSL,
      accessKey,
      secretKey,
      region,
      transport: { request },
      transportAgent: agent,
      retryOptions: { disableRetry: true },
    });
    return { client, close: () => agent.destroy() };
  } catch (error) {
    throw new Invalid(
      `MinIO cannot be reached at ${host}:${port} (${error instanceof Error ? error.message : error}): check minio.address and minio.port`,
      { cause: error },
    );
  }
}

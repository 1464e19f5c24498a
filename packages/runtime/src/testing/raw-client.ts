import { Client, credentials, status as grpcStatus, Metadata } from '@grpc/grpc-js';

/** What came of a call: the bytes of its answer, or the gRPC status it ended with. */
export type RawAnswer =
  | { readonly bytes: Buffer }
  | { readonly code: number; readonly codeName: string; readonly details: string };

/** How long a call may take: 20 s where `deadlineMs` is missing. */
export interface RawCallOptions {
  readonly deadlineMs?: number;
  /** Hangs up when it aborts. */
  readonly signal?: AbortSignal;
}

/** A client that knows no messages: sends bytes to any path, as they are. */
export class RawClient {
  private readonly client: Client;

  constructor(address: string) {
    this.client = new Client(address, credentials.createInsecure());
  }

  /** Never rejects: a call that fails is an answer too. */
  send(
    path: string,
    bytes: Buffer,
    { deadlineMs = 20_000, signal }: RawCallOptions = {},
  ): Promise<RawAnswer> {
    return new Promise((resolve) => {
      const call = this.client.makeUnaryRequest<Buffer, Buffer>(
        path,
        (value) => value,
        (value) => value,
        bytes,
        new Metadata(),
        { deadline: Date.now() + deadlineMs },
        (error, answer) => {
          signal?.removeEventListener('abort', hangUp);
          if (error !== null)
            resolve({ code: error.code, codeName: grpcStatus[error.code] ?? '', details: error.details });
          else resolve({ bytes: answer ?? Buffer.alloc(0) });
        },
      );
      const hangUp = () => call.cancel();
      signal?.addEventListener('abort', hangUp, { once: true });
    });
  }

  close(): void {
    this.client.close();
  }
}

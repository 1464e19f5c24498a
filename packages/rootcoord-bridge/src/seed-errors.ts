import { errorOfKind, Internal, MillraceError } from '@millrace/core';
import { type common, errorFromStatus } from '@millrace/proto';

/** Throws unless the status is Success: the seed's words, then the reason; kind and Milvus code stay those of the status. */
export function requireSuccess(status: common.Status | undefined, words: string): void {
  // A peer that leaves the status out makes the original panic: the guard gives it the panic's words.
  if (status === undefined) throw new Error('response has nil status');
  const error = errorFromStatus(status);
  if (error === undefined) return;
  throw errorOfKind(error.kind, `${words}${status.reason}`, {
    cause: error,
    ...(error.milvusCode === undefined ? {} : { milvusCode: error.milvusCode }),
  });
}

/** Runs a call; whatever it throws that is no error of ours is a panic, and becomes Internal with the seed's words. */
export async function panicsAsErrors<T>(words: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    throw new Internal(`${words} panic, msg = ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

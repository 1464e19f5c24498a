import { type Clock, Exhausted, type MillraceError, Unavailable } from '@millrace/core';

/** lmdb tells the cause right behind the failure itself. */
const causeMsMax = 100;

/** What the system says, as lmdb passes it on. */
const systemCode = { io: 5, noSpace: 28, quota: 122 } as const;

/** The error of ours for a transaction that lmdb could not commit: nothing of it was written. */
export async function commitFailure(clock: Clock, directory: string, error: unknown): Promise<MillraceError> {
  const cause = await causeOf(clock, error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case systemCode.noSpace:
    case systemCode.quota:
      return new Exhausted(`the disk of ${directory} is full: make room, writing goes on by itself`, {
        cause,
      });
    case systemCode.io:
      // lmdb's word, too, for a write that the disk took only a part of.
      return new Exhausted(
        `the disk of ${directory} is full or fails: make room, writing goes on by itself`,
        {
          cause,
        },
      );
    default:
      return new Unavailable(`${directory} cannot be written: see the cause; writing goes on by itself`, {
        cause,
      });
  }
}

/** lmdb rejects with an error whose `commitError` is a promise that rejects with the cause. */
async function causeOf(clock: Clock, error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error && error.commitError instanceof Promise))
    return error;
  const told = new AbortController();
  const cause = error.commitError.catch((reason: unknown) => reason);
  const late = clock.sleep(causeMsMax, told.signal).then(() => error);
  const found: unknown = await Promise.race([cause, late]);
  told.abort();
  return found;
}

import { type ErrorKind, errorOfKind, Internal, MillraceError } from '@millrace/core';
import { ErrorCode, type Status } from './gen/common.ts';

const codeOfKind = {
  invalid: ErrorCode.IllegalArgument,
  'not-found': ErrorCode.UnexpectedError,
  conflict: ErrorCode.UnexpectedError,
  fenced: ErrorCode.MetaFailed,
  unavailable: ErrorCode.UnexpectedError,
  exhausted: ErrorCode.UnexpectedError,
  corrupt: ErrorCode.UnexpectedError,
  internal: ErrorCode.UnexpectedError,
} as const satisfies Record<ErrorKind, ErrorCode>;

const kindOfCode: Partial<Record<ErrorCode, ErrorKind>> = {
  [ErrorCode.IllegalArgument]: 'invalid',
  [ErrorCode.IllegalDimension]: 'invalid',
  [ErrorCode.IllegalCollectionName]: 'invalid',
  [ErrorCode.CollectionNotExists]: 'not-found',
  [ErrorCode.CollectionNameNotFound]: 'not-found',
  [ErrorCode.SegmentNotFound]: 'not-found',
  [ErrorCode.MetaFailed]: 'fenced',
  [ErrorCode.NodeIDNotMatch]: 'fenced',
  [ErrorCode.NotReadyServe]: 'unavailable',
  [ErrorCode.RateLimit]: 'exhausted',
  [ErrorCode.ForceDeny]: 'exhausted',
  [ErrorCode.OutOfMemory]: 'exhausted',
};

/** The Status a peer receives for an error: its own Milvus code where it names one, else the code of its kind. */
export function statusFromError(error: unknown): Status {
  if (!(error instanceof MillraceError)) {
    return {
      errorCode: ErrorCode.UnexpectedError,
      reason: error instanceof Error ? error.message : String(error),
    };
  }
  const named = error.milvusCode === undefined ? undefined : namedCode(error.milvusCode);
  return { errorCode: named ?? codeOfKind[error.kind], reason: error.message };
}

/** The error that a Status carries, or undefined for Success. A missing Status is an error too: the peer did not answer the call. */
export function errorFromStatus(status: Status | undefined): MillraceError | undefined {
  if (status === undefined) return new Internal('response has nil status');
  if (status.errorCode === ErrorCode.Success) return undefined;
  const name = Object.entries(ErrorCode).find(([, code]) => code === status.errorCode)?.[0];
  return errorOfKind(
    kindOfCode[status.errorCode] ?? 'internal',
    status.reason,
    name === undefined ? {} : { milvusCode: name },
  );
}

function namedCode(name: string): ErrorCode | undefined {
  return Object.hasOwn(ErrorCode, name) ? ErrorCode[name as keyof typeof ErrorCode] : undefined;
}

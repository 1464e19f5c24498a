import { Conflict, Exhausted, Fenced, Invalid, MillraceError, Unavailable } from '@millrace/core';
import { NotSent } from '@millrace/runtime';

/** What gRPC says of a failed call. */
interface RpcStatus {
  readonly code: number;
  readonly details: string;
}

const grpcCode = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  outOfRange: 11,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

/** The error of ours for what a call or stream to etcd failed with. Source: etcd api/v3rpc/rpctypes/error.go. */
export function errorFromEtcd(error: unknown): MillraceError {
  const status = statusOf(error);
  if (status === undefined)
    return error instanceof MillraceError
      ? error
      : new Unavailable(`etcd: ${String(error)}`, { cause: error });
  const text = `etcd: ${status.details}`;
  const details = { cause: error };
  // The transport's own error names call and server too.
  const what = error instanceof MillraceError ? error.message : status.details;
  switch (status.code) {
    case grpcCode.outOfRange:
      if (status.details.includes('compacted'))
        return new Conflict(`${text}: read the present state instead`, details);
      return new Invalid(text, details);
    case grpcCode.notFound:
      return new Fenced(`${text}: grant another lease and give up what was held by this one`, details);
    case grpcCode.resourceExhausted:
      return new Exhausted(`${text}: compact and defragment etcd, or raise its quota`, details);
    case grpcCode.permissionDenied:
    case grpcCode.unauthenticated:
      return new Invalid(`${text}: etcd must let clients in without a user`, details);
    case grpcCode.invalidArgument:
    case grpcCode.unimplemented:
      return new Invalid(text, details);
    default:
      return new Unavailable(
        `etcd cannot answer now: see whether it is up and has a leader; everything goes on by itself (${what})`,
        details,
      );
  }
}

/** Whether the request certainly never left this process, so that even a write may be sent again. Unknown counts as no. */
export function wasNotSent(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof NotSent;
}

function statusOf(error: unknown): RpcStatus | undefined {
  if (isRpcStatus(error)) return error;
  if (error instanceof Error && isRpcStatus(error.cause)) return error.cause;
  return undefined;
}

function isRpcStatus(error: unknown): error is RpcStatus {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    'details' in error &&
    typeof error.details === 'string'
  );
}

import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { Exhausted, Invalid, type MillraceError, Unavailable } from '@millrace/core';

/** The error of ours for a call that failed: it names call and server, and what gRPC said is its cause. */
export function errorFromGrpc(
  path: string,
  address: string,
  error: Error & Pick<ServiceError, 'code' | 'details'>,
): MillraceError {
  const text = `${path} at ${address}: ${error.details || error.message}`;
  switch (error.code) {
    case grpcStatus.UNIMPLEMENTED:
    case grpcStatus.INVALID_ARGUMENT:
      return new Invalid(text, { cause: error });
    // What was sent or would come is larger than one side takes.
    case grpcStatus.RESOURCE_EXHAUSTED:
      return new Exhausted(text, { cause: error });
    default:
      return new Unavailable(text, { cause: error });
  }
}

import { Conflict, Exhausted, Invalid, MillraceError, NotFound, Unavailable } from '@millrace/core';
import { InvalidBucketNameError, S3Error } from 'minio';

/** What a failing request was about, for the message. */
export interface Subject {
  /** host:port */
  readonly server: string;
  readonly bucket: string;
  readonly accessKey: string;
  /** Absent for a request about the bucket. */
  readonly key?: string;
}

/** Our error for a code of S3's. Whatever is not known to be final counts as Unavailable, and is tried again. */
export function errorOfCode(code: string, message: string, subject: Subject, cause?: unknown): MillraceError {
  const { server, bucket, accessKey, key } = subject;
  const said = `${code}: ${message}`;
  switch (code) {
    case 'NoSuchBucket':
      return noSuchBucket(subject, cause);
    case 'NotFound':
    case 'NoSuchKey':
      return key === undefined
        ? noSuchBucket(subject, cause)
        : new NotFound(`object ${key} does not exist`, { cause });
    case 'PreconditionFailed':
      return new Conflict(`object ${key} exists already`, { cause });
    case 'AccessDenied':
    case 'AllAccessDisabled':
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return new Invalid(
        `${server} refuses access key ${accessKey} in bucket ${bucket} (${said}): check minio.accessKeyID and minio.secretAccessKey, and what they may do`,
        { cause },
      );
    case 'XMinioParentIsObject':
      return new Invalid(`object ${key} lies above or below another object: choose another key`, { cause });
    case 'QuotaExceeded':
    case 'XMinioAdminBucketQuotaExceeded':
    case 'XMinioStorageFull':
      return new Exhausted(`${server} is full (${said}): make room, writing goes on by itself`, { cause });
    case 'AuthorizationHeaderMalformed':
    case 'EntityTooLarge':
    case 'InvalidArgument':
    case 'InvalidBucketName':
    case 'InvalidRequest':
    case 'KeyTooLongError':
    case 'MalformedXML':
    case 'MethodNotAllowed':
    case 'MovedPermanently':
    case 'NotImplemented':
    case 'PermanentRedirect':
    case 'XMinioInvalidObjectName':
      return new Invalid(
        `${server} refuses ${key === undefined ? `bucket ${bucket}` : `object ${key}`} (${said}): check minio.address, minio.bucketName and the key`,
        { cause },
      );
    default:
      return new Unavailable(`${server} does not serve ${key ?? `bucket ${bucket}`} now (${said})`, {
        cause,
      });
  }
}

/** Our error for one of the minio package, or of a connection. */
export function translateFailure(error: unknown, subject: Subject): MillraceError {
  if (error instanceof MillraceError) return error;
  if (error instanceof S3Error) return errorOfCode(error.code ?? 'unknown', error.message, subject, error);
  if (error instanceof InvalidBucketNameError) {
    return new Invalid(
      `minio.bucketName is ${subject.bucket}, which is no name of a bucket: choose another`,
      {
        cause: error,
      },
    );
  }
  return new Unavailable(`${subject.server} does not answer (${messageOf(error)})`, { cause: error });
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses has its reasons inside.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error.message;
}

/** What the body of a failed request says, or what its status means where there is none. */
export function failureOfResponse(
  status: number,
  body: string,
): { readonly code: string; readonly message: string } {
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1];
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1];
  return { code: code ?? codeOfStatus(status), message: message ?? `status ${status}` };
}

function codeOfStatus(status: number): string {
  switch (status) {
    case 301:
      return 'MovedPermanently';
    case 403:
      return 'AccessDenied';
    case 404:
      return 'NotFound';
    case 405:
      return 'MethodNotAllowed';
    case 412:
      return 'PreconditionFailed';
    case 413:
      return 'EntityTooLarge';
    default:
      return 'unknown';
  }
}

function noSuchBucket({ server, bucket }: Subject, cause: unknown): NotFound {
  return new NotFound(
    `bucket ${bucket} does not exist on ${server}: create it, or name another with minio.bucketName`,
    { cause },
  );
}

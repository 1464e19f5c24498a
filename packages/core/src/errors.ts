/** The eight kinds of error. What a caller does next depends on the kind alone; the message says what to do in words. */
export type ErrorKind =
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'fenced'
  | 'unavailable'
  | 'exhausted'
  | 'corrupt'
  | 'internal';

/** What an error carries besides its message: `cause` is what it was made from, passed on and never lost. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** Name of the Milvus ErrorCode a peer expects for this very failure, where the code of the kind is not it. */
  readonly milvusCode?: string;
}

/** What every function of these packages throws or rejects with, as one of eight kinds. Anything else is a fault of a program. */
export abstract class MillraceError extends Error {
  abstract readonly kind: ErrorKind;
  readonly milvusCode: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.milvusCode = details.milvusCode;
  }
}

/** The request can never succeed as it is: change it. */
export class Invalid extends MillraceError {
  readonly kind = 'invalid';
}

/** What the request names does not exist (any more). */
export class NotFound extends MillraceError {
  readonly kind = 'not-found';
}

/** Somebody else changed the state first: read again, then decide. */
export class Conflict extends MillraceError {
  readonly kind = 'conflict';
}

/** The caller no longer owns what it writes to: give it up. */
export class Fenced extends MillraceError {
  readonly kind = 'fenced';
}

/** The other side cannot answer now: try the same again later. */
export class Unavailable extends MillraceError {
  readonly kind = 'unavailable';
}

/** A named limit is reached: send less, or wait. */
export class Exhausted extends MillraceError {
  readonly kind = 'exhausted';
}

/** Stored bytes are not what was written. */
export class Corrupt extends MillraceError {
  readonly kind = 'corrupt';
}

/** A fault of ours. */
export class Internal extends MillraceError {
  readonly kind = 'internal';
}

const classes = {
  invalid: Invalid,
  'not-found': NotFound,
  conflict: Conflict,
  fenced: Fenced,
  unavailable: Unavailable,
  exhausted: Exhausted,
  corrupt: Corrupt,
  internal: Internal,
} as const;

/** An error of the class that stands for the kind, for who knows the kind only at run time. */
export function errorOfKind(kind: ErrorKind, message: string, details: ErrorDetails = {}): MillraceError {
  return new classes[kind](message, details);
}

/** Whether it is one of our errors and of that kind; false for anything else that was thrown. */
export function isKind(error: unknown, kind: ErrorKind): error is MillraceError {
  return error instanceof MillraceError && error.kind === kind;
}

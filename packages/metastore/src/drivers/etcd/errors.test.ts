import { type ErrorKind, Unavailable } from '@millrace/core';
import { NotSent } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { errorFromEtcd, wasNotSent } from './errors.ts';

const rpcError = (code: number, details: string) => Object.assign(new Error(details), { code, details });
/** As a unary call fails: the transport's error, with gRPC's own as its cause. */
const failedCall = (code: number, details: string) =>
  new Unavailable(details, { cause: rpcError(code, details) });

const cases: readonly (readonly [number, string, ErrorKind])[] = [
  [11, 'etcdserver: mvcc: required revision has been compacted', 'conflict'],
  [11, 'etcdserver: mvcc: required revision is a future revision', 'invalid'],
  [5, 'etcdserver: requested lease not found', 'fenced'],
  [8, 'etcdserver: mvcc: database space exceeded', 'exhausted'],
  [3, 'etcdserver: request is too large', 'invalid'],
  [7, 'etcdserver: permission denied', 'invalid'],
  [14, 'etcdserver: leader changed', 'unavailable'],
  [4, 'Deadline exceeded after 1.000s', 'unavailable'],
];

describe('errorFromEtcd', () => {
  it.each(cases)('status %i, %s: %s', (code, details, kind) => {
    expect(errorFromEtcd(failedCall(code, details))).toMatchObject({ kind });
    expect(errorFromEtcd(rpcError(code, details))).toMatchObject({ kind });
  });
});

describe('an etcd that is away', () => {
  it('is told in words that say what to look at, and once', () => {
    const error = errorFromEtcd(failedCall(14, 'No connection established'));
    expect(error.message).toMatch(
      /^etcd cannot answer now: see whether it is up .*No connection established/,
    );
    expect(errorFromEtcd(error)).toBe(error);
  });
});

describe('wasNotSent', () => {
  it('is sure only of calls that never had a connection', () => {
    const failed = (cause: Error) => new Unavailable('a call', { cause });
    expect(wasNotSent(failed(new NotSent(14, 'no connection: connect ECONNREFUSED')))).toBe(true);
    expect(wasNotSent(failed(new NotSent(4, 'no connection: no answer within 1 s')))).toBe(true);
    expect(wasNotSent(failedCall(14, 'the connection was lost'))).toBe(false);
    expect(wasNotSent(failedCall(4, 'no answer within 1 s'))).toBe(false);
    expect(wasNotSent(new Error('anything'))).toBe(false);
  });
});

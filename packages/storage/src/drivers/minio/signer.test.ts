import { describe, expect, it } from 'vitest';
import { objectPath, Signer } from './signer.ts';

describe('a signer', () => {
  const signer = new Signer({ accessKey: 'minioadmin', secretKey: 'minio-secret' });
  const request = {
    method: 'PUT',
    path: objectPath('bucket', 'files/a b/ü!'),
    headers: { host: '127.0.0.1:9000' },
    nowMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  };
  const credential = 'AWS4-HMAC-SHA256 Credential=minioadmin/20260102/us-east-1/s3/aws4_request';

  // Both signatures are those of signV4 of the minio package 8.0.7.
  it('signs as the minio package does', () => {
    expect(signer.sign(request)).toEqual({
      host: '127.0.0.1:9000',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': '20260102T030405Z',
      authorization: `${credential}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=321d0c1786dac5fa60b81584bafd712eb1c4c1aeb71bcaf96ffb015a388fece2`,
    });
  });

  it('signs every header it is given, whatever their order', () => {
    const headers = { 'x-amz-meta-writer': 'abc', 'if-none-match': '*', ...request.headers };
    expect(signer.sign({ ...request, headers })['authorization']).toBe(
      `${credential}, SignedHeaders=host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-meta-writer, Signature=0fc7c285fc1d71fc6b996276282d31b6f2376c8ca14466866aa7fe148443055e`,
    );
  });

  it('takes a new key when the day changes, and the old one when it changes back', () => {
    const first = signer.sign(request);
    const next = signer.sign({ ...request, nowMs: request.nowMs + 86_400_000 });
    expect(next['authorization']).toContain('/20260103/us-east-1/');
    expect(signer.sign(request)).toEqual(first);
  });

  it('encodes all but the unreserved characters, and keeps the slashes', () => {
    expect(objectPath('b', "a/-_.~/ +!'()*")).toBe('/b/a/-_.~/%20%2B%21%27%28%29%2A');
    expect(objectPath('b', 'é/漢')).toBe('/b/%C3%A9/%E6%BC%A2');
  });
});

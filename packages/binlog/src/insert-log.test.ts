import { describe, expect, it } from 'vitest';
import { encodeInsertLog } from './insert-log.ts';

describe('insert log writer', () => {
  it('writes the worked example of the format specification byte for byte', () => {
    const values = new Uint8Array(new BigInt64Array([1n, 2n, 3n]).buffer);
    const chunks = encodeInsertLog({
      collectionID: 441n,
      partitionID: 442n,
      segmentID: 443n,
      fieldID: 100n,
      dataType: 5,
      column: { dataType: 'int64', rows: 3, width: 8, values },
      startTimestamp: 441658480000000000n,
      endTimestamp: 441658480000000002n,
      headerTimestamp: 441658485242880000n,
      createdBy: 'ts-datanode',
      checksums: false,
    });
    expect(Buffer.concat(chunks).toString('hex')).toBe(
      'bcfaff00' +
        '0060f0640d16210600670000006b000000b901000000000000ba01000000000000bb010000000000006400000000000000' +
        '0060702c0c1621060260702c0c1621060500000034101010101010101600000' +
        '07b226f726967696e616c5f73697a65223a223234227d0060f0640d16210601a9000000140100000060702c0c162106' +
        '0260702c0c162106' +
        '504152311500153c153c2c150615001506150600000200000006010100000000000000020000000000000003000000000000001504192c4806736368656d61150200' +
        '15042502180376616c001606191c191c26081c15041925000619180376616c15001606165e165e26080000165e160600280b74732d646174616e6f6465004d00000050415231',
    );
  });
});

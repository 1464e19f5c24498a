import { dataTypes, Invalid } from '@millrace/core';
import { schema } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDeleteExpression } from './parse-expression.ts';

const int = schema.FieldSchema.fromPartial({ name: 'id', dataType: dataTypes.int64 });
const text = schema.FieldSchema.fromPartial({ name: 'key', dataType: dataTypes.varchar });

describe('a delete expression', () => {
  it('lists any 64-bit integers', () => {
    const keys = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    fc.assert(
      fc.property(keys, (list) => {
        expect(parseDeleteExpression(`id in [${list.join(', ')}]`, int).idField?.value.data).toEqual(list);
      }),
    );
  });

  it('lists any strings', () => {
    const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.array(fc.string()), (list) => {
        expect(
          parseDeleteExpression(`key in [${list.map(quoted).join(',')}]`, text).idField?.value.data,
        ).toEqual(list);
      }),
    );
  });

  it('names one key', () => {
    expect(parseDeleteExpression(' id==7 ', int).idField?.value.data).toEqual([7n]);
    expect(parseDeleteExpression("key == 'a, b'", text).idField?.value.data).toEqual(['a, b']);
  });

  it.each([
    '',
    'id > 5',
    'id not in [1]',
    'label in [1]',
    'id in 5',
    'id in [1,',
    'id in [1,]',
    'id in [a]',
    'id in [9223372036854775808]',
  ])("that is '%s' is refused with what to write", (expression) => {
    expect(() => parseDeleteExpression(expression, int)).toThrow(/write 'id in|cannot delete by/);
  });

  it.each([
    ['spaces', `id in [1${' '.repeat(1_000_000)}2]`, int],
    ['spaces after ==', `id == ${' '.repeat(1_000_000)}x${' '.repeat(1_000_000)}2`, int],
    ['one number', `id == ${'9'.repeat(5_000_000)}`, int],
    ['one string', `key in ["${'x'.repeat(20_000_000)}"]`, text],
    ['very many keys', `id in [${'1,'.repeat(1_000_000)}1]`, int],
  ])(
    'of megabytes of %s is refused at once and quoted in part: 80 KB of spaces took 8 s',
    (_what, expression, key) => {
      const startedMs = performance.now();
      expect(() => parseDeleteExpression(expression, key)).toThrow(Invalid);
      expect(() => parseDeleteExpression(expression, key)).toThrow(/^.{1,300}$/);
      expect(performance.now() - startedMs).toBeLessThan(3_000);
    },
  );
});

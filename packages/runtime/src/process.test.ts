import { describe, expect, it } from 'vitest';
import { readOptions } from './process.ts';

describe('the flags of a process', () => {
  it('set options, over the environment', () => {
    const options = readOptions(['--set', 'dataCoord.port=7', '--set=proxy.port=8'], { DATACOORD_PORT: '1' });
    expect(options['dataCoord.port']).toBe(7);
    expect(options['proxy.port']).toBe(8);
  });

  it.each([['--port', '7'], ['datacoord'], ['--config'], ['--set', 'dataCoord.port']])(
    'that nobody knows are refused with what there is: %s %s',
    (...args) => {
      expect(() => readOptions(args, {})).toThrow(
        expect.objectContaining({ kind: 'invalid', message: expect.stringContaining('--set key=value') }),
      );
    },
  );
});

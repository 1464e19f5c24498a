import { describe, expect, it } from 'vitest';
import { median } from './measurement.ts';
import { table } from './table.ts';

describe('median', () => {
  it('is the middle value, or lies halfway between the two', () => {
    expect(median([9, 1, 4])).toBe(4);
    expect(median([9, 1, 4, 5])).toBe(4.5);
  });
});

describe('table', () => {
  it('shows what was measured beside its limit, and which goals were missed', () => {
    const shown = table([
      {
        stage: 'datanode',
        what: 'log → binlogs',
        unit: 'rows',
        rate: 500_000.4,
        cpuMicros: 1.234,
        peakRssBytes: 300 * 1024 * 1024,
        limit: { name: 'zstd only', rate: 1_000_000 },
        goals: [
          { text: '≤ 2 µs', reached: true },
          { text: '≥ 60 % of the limit', reached: false },
        ],
      },
    ]);
    const [, line = ''] = shown.split('\n');
    expect(line.split(/ {2,}/)).toEqual([
      'datanode',
      'log → binlogs',
      '500,000 rows',
      '1.23',
      '300 MiB',
      '1,000,000 (zstd only)',
      '50 %',
      '✔ ≤ 2 µs, ✘ ≥ 60 % of the limit',
    ]);
  });

  it('says how many times the limit was exceeded where work is shared', () => {
    const shown = table([
      { stage: 'a', what: 'b', unit: 'calls', rate: 120, limit: { name: 'c', rate: 10 }, goals: [] },
    ]);
    expect(shown).toContain('12.0 ×');
  });
});

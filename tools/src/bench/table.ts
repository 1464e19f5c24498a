import type { Measurement } from './measurement.ts';

const titles = [
  'stage',
  'what',
  'per second',
  'CPU µs each',
  'peak RSS',
  'limit per second',
  'of limit',
  'goals',
];

/** All measurements as one table; numbers stand right-aligned. */
export function table(measurements: readonly Measurement[]): string {
  const cells = [titles, ...measurements.map(row)];
  const widths = titles.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  const isNumber = (column: number) => column >= 2 && column <= 6 && column !== 5;
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function row({ stage, what, unit, rate, cpuMicros, peakRssBytes, limit, goals }: Measurement): string[] {
  return [
    stage,
    what,
    rate === undefined ? '' : `${whole(rate)} ${unit}`,
    cpuMicros === undefined ? '' : cpuMicros.toFixed(cpuMicros < 10 ? 2 : 0),
    peakRssBytes === undefined ? '' : `${whole(peakRssBytes / 1024 / 1024)} MiB`,
    limit === undefined ? '' : `${whole(limit.rate)} (${limit.name})`,
    limit === undefined || rate === undefined ? '' : percentOrTimes(rate / limit.rate),
    goals.map(({ text, reached }) => `${reached ? '✔' : '✘'} ${text}`).join(', '),
  ];
}

/** Where work is shared a rate may exceed what one at a time could do. */
function percentOrTimes(ratio: number): string {
  return ratio < 1.5 ? `${(ratio * 100).toFixed(0)} %` : `${ratio.toFixed(1)} ×`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

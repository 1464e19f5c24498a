/** One run of a probe, measured inside its process. CPU is that of all its threads. */
export interface Run {
  /** Rows, calls or messages done. */
  readonly units: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory the process ever had resident. */
  readonly peakRssBytes: number;
  /** What else the probe measured, by names of its own. */
  readonly extra?: Readonly<Record<string, number>>;
}

export interface Goal {
  readonly text: string;
  readonly reached: boolean;
}

/** One line of the table. */
export interface Measurement {
  readonly stage: string;
  readonly what: string;
  /** What is counted: `rows`, `calls`. */
  readonly unit: string;
  /** Units per second, median. Undefined where only CPU is measured. */
  readonly rate?: number;
  /** Microseconds of CPU per unit, median. */
  readonly cpuMicros?: number;
  readonly peakRssBytes?: number;
  /** The most this machine could do, measured between the runs. */
  readonly limit?: { readonly name: string; readonly rate: number };
  readonly goals: readonly Goal[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const rateOf = (runs: readonly Run[]): number => median(runs.map((run) => run.units / run.seconds));

export const cpuMicrosOf = (runs: readonly Run[]): number =>
  median(runs.map((run) => (run.cpuSeconds * 1e6) / run.units));

export const peakRssOf = (runs: readonly Run[]): number => Math.max(...runs.map((run) => run.peakRssBytes));

export const extraOf = (runs: readonly Run[], name: string): number =>
  median(runs.map((run) => run.extra?.[name] ?? Number.NaN));

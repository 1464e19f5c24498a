import { availableParallelism, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';

/** What a process sees of the machine it is on. */
export interface Hardware {
  readonly cores: number;
  /** CPU this process used since the last reading, in percent of one core. */
  readonly cpuPercent: number;
  /** Of the machine. */
  readonly memoryBytes: number;
  /** Of this process. */
  readonly memoryUsedBytes: number;
}

/** Where GetMetrics gets its figures: `realHardware`, or what a test says. */
export type ReadHardware = () => Hardware;

let last = { cpu: process.cpuUsage(), ms: performance.now() };

/** The machine as it is. */
export function realHardware(): Hardware {
  const now = { cpu: process.cpuUsage(), ms: performance.now() };
  const usedMicros = now.cpu.user + now.cpu.system - last.cpu.user - last.cpu.system;
  const cpuPercent = now.ms > last.ms ? usedMicros / 10 / (now.ms - last.ms) : 0;
  last = now;
  return {
    cores: availableParallelism(),
    cpuPercent,
    memoryBytes: totalmem(),
    memoryUsedBytes: process.memoryUsage.rss(),
  };
}

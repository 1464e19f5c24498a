import type { Logger } from '@millrace/core';
import { pino } from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** The least that is written; `silent` writes nothing. */
export type LogLevel = (typeof logLevels)[number];

export function isLogLevel(text: string): text is LogLevel {
  return logLevels.some((level) => level === text);
}

/** A logger whose level, and that of all its children, can change while it runs. */
export interface ProcessLogger extends Logger {
  level: LogLevel;
}

/** JSON lines on `output`, which is standard output: time, level, event and its fields. bigint ids are written as decimal text. */
export function createLogger(
  role: string,
  level: LogLevel = 'info',
  output?: { write(line: string): void },
): ProcessLogger {
  const settings: pino.LoggerOptions = {
    // What is written is decided here, by one level for all children: pino's own are fixed when they are made.
    level: 'debug',
    base: { role },
    messageKey: 'event',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  };
  const root = output === undefined ? pino(settings) : pino(settings, output);
  const threshold = { level };
  const logger = wrap(root, threshold);
  return Object.defineProperty({ ...logger, level }, 'level', {
    get: () => threshold.level,
    set: (next: LogLevel) => {
      threshold.level = next;
    },
  });
}

function wrap(logger: pino.Logger, threshold: { readonly level: LogLevel }): Logger {
  const writes = (level: LogLevel) => logLevels.indexOf(level) >= logLevels.indexOf(threshold.level);
  return {
    debug: (fields, event) => writes('debug') && logger.debug(printable(fields), event),
    info: (fields, event) => writes('info') && logger.info(printable(fields), event),
    warn: (fields, event) => writes('warn') && logger.warn(printable(fields), event),
    error: (fields, event) => writes('error') && logger.error(printable(fields), event),
    child: (fields) => wrap(logger.child(printable(fields)), threshold),
  };
}

function printable(fields: object): object {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) out[name] = printableValue(value);
  return out;
}

function printableValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return describeError(value);
  if (Array.isArray(value)) return value.map(printableValue);
  return value;
}

/** An error and its causes in one line each; the stack only for faults of ours, which what the system refuses is not. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (cause: ${describeError(error.cause)})`;
  const known = 'kind' in error ? error.kind !== 'internal' : 'syscall' in error;
  return known ? `${error.name}: ${error.message}${cause}` : `${error.stack ?? error.message}${cause}`;
}

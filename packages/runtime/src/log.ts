import type { Logger } from '@millrace/core';
import { pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard output: time, level, event and its fields. bigint ids are written as decimal text. */
export function createLogger(role: string, level: LogLevel = 'info'): Logger {
  const root = pino({
    level,
    base: { role },
    messageKey: 'event',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  });
  return wrap(root);
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (fields, event) => logger.isLevelEnabled('debug') && logger.debug(printable(fields), event),
    info: (fields, event) => logger.isLevelEnabled('info') && logger.info(printable(fields), event),
    warn: (fields, event) => logger.warn(printable(fields), event),
    error: (fields, event) => logger.error(printable(fields), event),
    child: (fields) => wrap(logger.child(printable(fields))),
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

/** An error and its causes in one line each; the stack only for faults of ours. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (cause: ${describeError(error.cause)})`;
  const known = 'kind' in error && error.kind !== 'internal';
  return known ? `${error.name}: ${error.message}${cause}` : `${error.stack ?? error.message}${cause}`;
}

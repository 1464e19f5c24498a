/** Events with fields, not sentences. */
export interface Logger {
  /** What only somebody who looks for a fault wants. */
  debug(fields: object, event: string): void;
  /** What happens once or now and then, in good order. */
  info(fields: object, event: string): void;
  /** What went wrong and will be tried again. */
  warn(fields: object, event: string): void;
  /** What went wrong for good. */
  error(fields: object, event: string): void;
  /** The same logger with fields on every event. */
  child(fields: object): Logger;
}

/** Writes nothing, at any level: for tests and examples. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};

import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** One log file for each process, appended to. What cannot be written is not kept: no process waits for its log, nor ends for it. */
export class LogFiles {
  private readonly files = new Map<string, WriteStream>();
  /** Files that may end within a line. */
  private readonly torn = new Set<string>();
  private readonly directory: string;
  private readonly lost: (error: Error) => void;

  /** @param lost called when lines begin to be lost */
  constructor(directory: string, lost: (error: Error) => void) {
    this.directory = directory;
    this.lost = lost;
  }

  write(name: string, line: string): void {
    const file = this.files.get(name) ?? this.open(name);
    file.write(`${line}\n`, (error) => {
      if (!error) this.torn.delete(name);
    });
  }

  close(): void {
    for (const file of this.files.values()) file.end();
  }

  private open(name: string): WriteStream {
    const file = createWriteStream(join(this.directory, `${name}.log`), { flags: 'a' });
    this.files.set(name, file);
    if (this.torn.has(name)) file.write('\n');
    file.on('error', (error) => {
      // The next line tries anew.
      if (this.files.get(name) === file) this.files.delete(name);
      if (!this.torn.has(name)) this.lost(error);
      this.torn.add(name);
    });
    return file;
  }
}

/** A JSON log line as a person reads it: time, process, event, fields. Other lines are shown as they are. */
export function readable(name: string, line: string): string {
  const record = parse(line);
  if (record === undefined) return `${name.padEnd(11)} ${line}`;
  const { time, level, event, role: _role, ...fields } = record;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const mark = level === 'info' || level === 'debug' ? '' : ` ${String(level).toUpperCase()}`;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`);
  return `${clock} ${name.padEnd(11)}${mark} ${String(event)}${rest.length > 0 ? ` ${rest.join(' ')}` : ''}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

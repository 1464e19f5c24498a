import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** One log file for each process, appended to. */
export class LogFiles {
  private readonly files = new Map<string, WriteStream>();
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  write(name: string, line: string): void {
    let file = this.files.get(name);
    if (file === undefined) {
      file = createWriteStream(join(this.directory, `${name}.log`), { flags: 'a' });
      this.files.set(name, file);
    }
    file.write(`${line}\n`);
  }

  close(): void {
    for (const file of this.files.values()) file.end();
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

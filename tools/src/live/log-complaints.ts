/** `[time] [LEVEL] [file:line] ["message"] [fields]`, as the original logs. */
const line = /^\[[^\]]*\] \[(WARN|ERROR|FATAL|PANIC)\] \[([^\]]*)\] \[("(?:[^"\\]|\\.)*"|[^\]]*)\]/;

/** What a log of the original complains of: place and message without what differs from time to time. */
export function complaintsIn(text: string): readonly string[] {
  return text.split('\n').flatMap((entry) => {
    if (/^(panic:|fatal error:)/.test(entry)) return [entry];
    const match = line.exec(entry);
    if (match === null) return [];
    const [, level, place, message = ''] = match;
    return [`${level} ${place} ${message.replaceAll(/\d+/g, 'N')}`];
  });
}

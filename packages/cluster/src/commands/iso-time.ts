/** Unix milliseconds as text; nothing for 0, which stands for unknown. */
export function isoTime(ms: number): string {
  return ms === 0 ? '' : new Date(ms).toISOString();
}

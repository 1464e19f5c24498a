const majorMin = 24;

/** Ends the process with a line that says what is needed when this Node cannot run Millrace. */
export function checkNode(version: string): void {
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  if (major >= majorMin) return;
  process.stderr.write(
    `Millrace needs Node ${majorMin} or newer, this is ${version}. On linux-x64 \`npm ci\` brings it: use the npm scripts. Elsewhere install Node ${majorMin}.\n`,
  );
  process.exit(2);
}

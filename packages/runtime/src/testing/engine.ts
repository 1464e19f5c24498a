/** Real engines a test suite can run against, and the environment variable that says where each listens. */
const engines = {
  etcd: 'MILLRACE_TEST_ETCD',
  kafka: 'MILLRACE_TEST_KAFKA',
  minio: 'MILLRACE_TEST_MINIO',
  /** Not an address but the path of a Python that has pymilvus. */
  pymilvus: 'MILLRACE_TEST_PYMILVUS',
} as const;

/** What `npm run test:engines` installs and starts for the suites that need it. */
export type Engine = keyof typeof engines;

/**
 * `host:port` of a running engine, or undefined where there is none: the suite is then skipped, and says in one line how to get it.
 * With CI=true an absent engine is a failure.
 */
export function engineAddress(engine: Engine): string | undefined {
  const address = process.env[engines[engine]];
  if (address !== undefined && address !== '') return address;
  const how = `${engine} is not running: \`npm run test:engines\` installs and starts it (or set ${engines[engine]}=host:port)`;
  if (process.env['CI'] === 'true') throw new Error(how);
  process.stderr.write(`skipped: ${how}\n`);
  return undefined;
}

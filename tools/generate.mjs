// Makes what .proto files generate, cached. Silent unless it fails: what commands print is for scripts.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
const { status, stdout, stderr, error } = spawnSync(process.execPath, [nx, 'run', 'proto:generate'], {
  encoding: 'utf8',
});
if (status !== 0) {
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\n`);
  process.exit(1);
}

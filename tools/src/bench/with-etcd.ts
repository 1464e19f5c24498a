import { cacheDirectory } from '../engines/cache-directory.ts';
import { etcd } from '../engines/etcd.ts';
import { launch, stopProcess } from '../engines/launch.ts';

/** Runs on an etcd of its own; undefined where it cannot be installed, which is said. */
export async function withEtcd<T>(
  stage: string,
  directory: string,
  run: (address: string) => Promise<T>,
): Promise<T | undefined> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const installation = await etcd.install({ directory: cacheDirectory, say }).catch((error: unknown) => {
    say(`${stage} on etcd is not measured: ${error instanceof Error ? error.message : error}`);
    return undefined;
  });
  if (installation === undefined) return undefined;
  const server = await launch(etcd, installation, directory, new AbortController().signal);
  try {
    return await run(server.address);
  } finally {
    await stopProcess(server.pid);
  }
}

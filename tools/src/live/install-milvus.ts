import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isExecutable, run } from '../engines/command.ts';
import { EngineError, type InstallFolder } from '../engines/engine.ts';

const version = '2.2.8';

/**
 * The original's own release binary, from its wheel on PyPI: although made for the embedded server, it runs every role alone.
 * Returns the directory that holds it and its libraries.
 */
export async function installMilvus(folder: InstallFolder, python: string): Promise<string> {
  const target = join(folder.directory, `milvus-${version}`);
  if (await isExecutable(join(target, 'milvus'))) return target;
  await mkdir(folder.directory, { recursive: true });
  const work = await mkdtemp(join(folder.directory, 'milvus.part-'));
  try {
    folder.say(`milvus: downloading the wheel of ${version} from PyPI`);
    const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, `milvus==${version}`];
    await run(python, download, { deadlineMs: 600_000 });
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new EngineError(`pip download milvus==${version} left no wheel`);
    const unpacked = join(work, 'bin');
    await mkdir(unpacked);
    const script = join(import.meta.dirname, 'unpack_milvus.py');
    await run(python, [script, join(work, wheel), unpacked], { deadlineMs: 300_000 });
    await rename(unpacked, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}

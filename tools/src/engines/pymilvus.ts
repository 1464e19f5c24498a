import { join } from 'node:path';
import { isExecutable, requireProgram, run } from './command.ts';
import type { InstallFolder } from './engine.ts';

const version = '2.2.8';
/** What this old client still needs: newer releases of each broke it. */
const packages = [`pymilvus==${version}`, 'marshmallow<4', 'numpy<2', 'setuptools<81'];

/** Environment variable that hands the Python with pymilvus to a test process. */
export const pymilvusVariable = 'MILLRACE_TEST_PYMILVUS';

/** A Python that has Milvus' own client of this version. Returns its path. */
export async function installPymilvus(folder: InstallFolder): Promise<string> {
  const environment = join(folder.directory, `pymilvus-${version}-numpy-1`);
  const python = join(environment, 'bin', 'python');
  if (await isExecutable(python)) {
    const installed = await run(python, ['-c', 'import pymilvus'], { deadlineMs: 60_000 }).catch(
      () => undefined,
    );
    if (installed !== undefined) return python;
  }
  const base = await requireProgram('python3', 'pymilvus is a Python package; install Python 3.8 or newer');
  folder.say('pymilvus: installing');
  await run(base, ['-m', 'venv', environment], { deadlineMs: 120_000 });
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { deadlineMs: 600_000 });
  await run(python, ['-c', 'import pymilvus'], { deadlineMs: 60_000 });
  return python;
}

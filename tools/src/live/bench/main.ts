import { machine } from '../../bench/machine.ts';
import { EngineError } from '../../engines/engine.ts';
import { benchNames } from '../live-run.ts';
import { asProgram, install, runPiece, say } from '../run-piece.ts';
import { recorded, type Sample, sideBySide } from './figures.ts';

await asProgram(async (signal) => {
  const keep = process.argv.includes('--keep');
  const asked = process.argv.slice(2).filter((argument) => argument !== '--keep');
  const names = asked.length === 0 ? benchNames : benchNames.filter((name) => asked.includes(name));
  const unknown = asked.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0)
    throw new EngineError(
      `there is no ${unknown.join(', ')}: there are ${benchNames.join(', ')}, and --keep for the logs`,
    );
  const programs = await install();
  const samples: Sample[] = [];
  let failed = 0;
  for (const piece of names) {
    const passed = await runPiece(programs, { piece, setup: 'both' }, keep, signal, async (directory) => {
      samples.push(...(await recorded(directory)));
    });
    if (!passed) failed++;
  }
  say(`${machine()}\n${sideBySide(samples)}`);
  if (failed > 0) say(`${failed} of ${names.length} parts did not come to their end`);
  return failed === 0 ? 0 : 1;
});

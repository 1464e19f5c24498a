import { Command } from 'commander';
import { isDamage } from '../inspect/finding.ts';
import { openLocal } from '../inspect/open-local.ts';
import { verify } from '../inspect/verify.ts';
import { addDirectory } from './cluster-options.ts';

export function verifyCommand(): Command {
  return addDirectory(new Command('verify'))
    .description('Hold metadata against objects against rows. Exit code 1 when something is damaged.')
    .action(async (flags: { readonly data: string }) => {
      const local = await openLocal(flags.data);
      try {
        const { findings, segments, objects } = await verify(local);
        for (const { kind, where, what } of findings) process.stdout.write(`${kind}  ${where}: ${what}\n`);
        const damages = findings.filter(isDamage).length;
        process.stdout.write(
          `${segments} segments, ${objects} objects: ${damages === 0 ? 'nothing is damaged' : `${damages} damages`}, ${findings.length - damages} phantom objects\n`,
        );
        if (damages > 0) process.exitCode = 1;
      } finally {
        await local.close();
      }
    });
}

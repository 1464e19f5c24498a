import { EngineError, type EngineName, engineNames } from './engine.ts';

export type Order =
  | { readonly verb: 'with'; readonly engines: readonly EngineName[]; readonly command: readonly string[] }
  | { readonly verb: 'up' | 'install'; readonly engines: readonly EngineName[] }
  | { readonly verb: 'down' };

export const usage = `usage: main.ts with [ENGINE…] -- COMMAND…   run a command against fresh engines, then remove them
       main.ts up [ENGINE…]                 start engines and keep them; prints their addresses
       main.ts down                         stop what \`up\` started and remove its data
       main.ts install [ENGINE…]            install only
engines: ${engineNames.join(', ')} (default: all)`;

/** What the command line asks for. */
export function parseOrder(args: readonly string[]): Order {
  const [verb, ...rest] = args;
  switch (verb) {
    case 'with': {
      const separator = rest.indexOf('--');
      const command = separator < 0 ? [] : rest.slice(separator + 1);
      if (command.length === 0) throw new EngineError(`\`with\` needs a command behind --\n${usage}`);
      return { verb, engines: parseEngines(rest.slice(0, separator)), command };
    }
    case 'up':
    case 'install':
      return { verb, engines: parseEngines(rest) };
    case 'down':
      return { verb };
    default:
      throw new EngineError(usage);
  }
}

function parseEngines(names: readonly string[]): readonly EngineName[] {
  if (names.length === 0) return engineNames;
  return names.map((name) => {
    const known = engineNames.find((candidate) => candidate === name);
    if (known === undefined) throw new EngineError(`there is no engine ${name}\n${usage}`);
    return known;
  });
}

import type { CallContext } from '@millrace/runtime';
import type { Handlers } from './call.ts';

type Handler = (request: unknown, context: CallContext) => unknown;

/** The same handlers; each tells when it is called, and when it has answered. */
export function noted(handlers: Handlers, note: () => void): Handlers {
  const table: Record<string, Handler> = {};
  for (const [name, handler] of Object.entries(handlers as Readonly<Record<string, Handler | undefined>>)) {
    if (handler === undefined) continue;
    table[name] = (request, context) => {
      note();
      const answer = handler(request, context);
      return answer instanceof Promise ? answer.finally(note) : answer;
    };
  }
  // Member by member what was given, which a type cannot follow.
  return table as Handlers;
}

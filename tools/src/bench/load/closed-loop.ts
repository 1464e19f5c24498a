import { UnaryLoad } from './unary-load.ts';

export interface LoopResult {
  readonly calls: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Loop {
  /** `host:port`. */
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  readonly inFlight: number;
  readonly durationMs: number;
  /** The body of the call with this number. */
  readonly request: (call: number) => Uint8Array;
  /** Why an answer does not count; undefined when it does. An empty answer is one that was refused. */
  readonly fault: (answer: Buffer) => string | undefined;
}

/** A server that answers none of the calls for so long does not answer any more. */
const graceMs = 60_000;

/** Keeps so many calls in flight for a while and waits for the last of them. Fails with the first answer that does not count. */
export async function closedLoop(loop: Loop): Promise<LoopResult> {
  const took: number[] = [];
  let onAnswer = (_answer: Buffer, _microseconds: number): void => undefined;
  const load = await UnaryLoad.open(loop.address, loop.path, (answer, micros) => onAnswer(answer, micros));
  const startMs = performance.now();
  const endMs = startMs + loop.durationMs;
  let late: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${loop.path}: ${why}`));
      late = setTimeout(() => fail('no answer any more'), loop.durationMs + graceMs);
      let started = 0;
      onAnswer = (answer, micros) => {
        const fault = loop.fault(answer);
        if (fault !== undefined) return fail(fault);
        took.push(micros / 1000);
        if (performance.now() < endMs) load.call(loop.request(started++));
        else if (took.length === started) resolve();
      };
      while (started < loop.inFlight) load.call(loop.request(started++));
    });
  } finally {
    clearTimeout(late);
    load.close();
  }
  const seconds = (performance.now() - startMs) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;
  return { calls: took.length, seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

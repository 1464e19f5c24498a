import { serveProbe } from '../probe-child.ts';

/** Copies as many bytes as a run is told into memory that was not used before: what an answer of that size costs at least. */
await serveProbe(async () => {
  let source = Buffer.alloc(0);
  return {
    run(argument) {
      const bytes = Number(argument);
      if (source.length !== bytes) source = Buffer.alloc(bytes, 7);
      const startedAt = process.hrtime.bigint();
      source.copy(Buffer.allocUnsafeSlow(bytes));
      return { units: bytes, extra: { tookMs: Number(process.hrtime.bigint() - startedAt) / 1e6 } };
    },
  };
});

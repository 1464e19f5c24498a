import { titleOf } from './live-run.ts';
import { parseLiveOrder } from './order.ts';
import { asProgram, install, runPiece, say } from './run-piece.ts';

await asProgram(async (signal) => {
  const order = parseLiveOrder(process.argv.slice(2));
  const programs = await install();
  const failed: string[] = [];
  for (const piece of order.runs) {
    if (!(await runPiece(programs, piece, order.keep, signal))) failed.push(titleOf(piece));
  }
  const passed = order.runs.length - failed.length;
  say(
    `${passed} of ${order.runs.length} passed${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`}`,
  );
  return failed.length === 0 ? 0 : 1;
});

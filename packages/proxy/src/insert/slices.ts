/**
 * Cuts a list into runs, in order, of at most `bytesMax` each: measured item by item, because a few long strings can weigh as much as
 * all else. An item that is larger on its own gets a run of its own. Source: spec datanode-and-formats §5.3.
 */
export function slices<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  bytesMax: number,
): Item[][] {
  const runs: Item[][] = [];
  let run: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const own = bytesOf(item);
    if (run.length > 0 && bytes + own > bytesMax) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(item);
    bytes += own;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

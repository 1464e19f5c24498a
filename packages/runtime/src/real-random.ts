import type { Random } from '@millrace/core';

/** The chance of the machine: different in each process, and not fit for secrets. */
export const realRandom: Random = { next: () => Math.random() };

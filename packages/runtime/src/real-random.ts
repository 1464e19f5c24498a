import type { Random } from '@millrace/core';

export const realRandom: Random = { next: () => Math.random() };

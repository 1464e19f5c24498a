import { calls } from './bench/calls.ts';
import { drain } from './bench/drain.ts';
import { idle } from './bench/idle.ts';
import { segments } from './bench/segments.ts';
import { faults } from './faults.ts';
import type { LiveCluster } from './live-cluster.ts';
import type { LiveRun, PieceName } from './live-run.ts';
import { many } from './many.ts';
import { metadata } from './metadata.ts';
import type { Report } from './report.ts';
import { scenario } from './scenario.ts';
import { swap } from './swap.ts';

/** What a piece works with: a cluster whose engines run and whose roles do not. */
export interface Stage {
  readonly run: LiveRun;
  readonly cluster: LiveCluster;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Resolves when everything held; rejects with what did not. */
export type Piece = (stage: Stage) => Promise<void>;

export const pieces: Readonly<Record<PieceName, Piece>> = {
  scenario,
  swap,
  faults,
  many,
  metadata,
  calls,
  segments,
  drain,
  idle,
};

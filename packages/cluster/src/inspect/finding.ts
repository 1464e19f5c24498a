/** What can be wrong with what a cluster keeps. The first group is damage; a phantom is only garbage, which a crash may leave. */
export type FindingKind =
  | 'undecodable-metadata'
  | 'logs-without-segment'
  | 'unknown-collection'
  | 'missing-object'
  | 'corrupt-object'
  | 'foreign-object'
  | 'missing-field'
  | 'uneven-logs'
  | 'row-count'
  | 'stats-mismatch'
  | 'duplicate-row'
  | 'wrong-shard'
  | 'checkpoint-ahead'
  | 'phantom-object';

export interface Finding {
  readonly kind: FindingKind;
  readonly where: string;
  readonly what: string;
}

export function isDamage({ kind }: Finding): boolean {
  return kind !== 'phantom-object';
}

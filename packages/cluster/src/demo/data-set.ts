/** Rows to send, and to compare with what comes back. Rows are numbered from 0; the number is the primary key. */
export interface DataSet {
  readonly title: string;
  readonly rows: number;
  readonly dim: number;
  vector(row: number): Float32Array;
  label(row: number): number;
  text(row: number): string;
}

/** Where growing columns get their bytes, and give them back. */
export interface ColumnMemory {
  /** At least so many bytes, whatever they hold. */
  allocate(bytes: number): Uint8Array;
  /** Nobody reads or writes it any more. Memory that may still be in use somewhere is not given back but dropped. */
  free(memory: Uint8Array): void;
}

/** Fresh arrays of zeros, left to the garbage collector when they are given back. */
export const freshMemory: ColumnMemory = {
  allocate: (bytes) => new Uint8Array(bytes),
  free: () => undefined,
};

import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';

/** Turns one page into one or more zstd frames. The page's bytes are only lent: the result must not refer to them. */
export type Compress = (page: Uint8Array) => Uint8Array;

/** Like Compress, off the calling thread. */
export type CompressAsync = (page: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** zstd through Node's zlib, on the calling thread: for workers. Level 3 is what Milvus uses and gains nothing on vectors. */
export function zstd(level = 1): Compress {
  return (page) => zstdCompressSync(page, zstdOptions(page.length, level));
}

/** zstd through Node's zlib on libuv's threads. */
export function zstdAsync(level = 1): CompressAsync {
  return (page) =>
    new Promise((resolve, reject) => {
      zstdCompress(page, zstdOptions(page.length, level), (error, result) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });
}

function zstdOptions(bytes: number, level: number) {
  return {
    // Room for what a column worth compressing comes to: what is left over is garbage, a larger result is assembled from two pieces.
    chunkSize: (bytes >>> 1) + 1024,
    pledgedSrcSize: bytes,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  };
}

/** What this end of HTTP/2 needs of RFC 9113: frames as they lie on the wire. */
export const frameTypes = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;

export const flags = { ack: 1, endStream: 1, endHeaders: 4, padded: 8 } as const;

export const frameHeaderBytes = 9;
/** Smallest limit a peer may have. */
export const frameBytesMax = 16_384;

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export function frame(type: number, flag: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flag;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, frameHeaderBytes);
  return bytes;
}

export function settings(values: Readonly<Record<number, number>>): Buffer {
  const entries = Object.entries(values);
  const payload = Buffer.alloc(6 * entries.length);
  for (const [index, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(Number(id), 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame(frameTypes.settings, 0, 0, payload);
}

export function windowUpdate(stream: number, increment: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(increment);
  return frame(frameTypes.windowUpdate, 0, stream, payload);
}

/**
 * The header block of a unary gRPC request, all of it literals and entries of the static table: it is the same for every call and leaves no
 * state behind. Source: RFC 7541, appendix A.
 */
export function grpcHeaders(authority: string, path: string): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'latin1');
    if (bytes.length >= 127)
      throw new RangeError(`header of ${bytes.length} bytes: this writer has short ones`);
    return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
  };
  return Buffer.concat([
    // :method POST, :scheme http, :path, :authority, content-type, te
    Uint8Array.of(0x83, 0x86, 0x04),
    text(path),
    Uint8Array.of(0x01),
    text(authority),
    Uint8Array.of(0x0f, 0x10),
    text('application/grpc'),
    Uint8Array.of(0x00),
    text('te'),
    text('trailers'),
  ]);
}

/** A message as gRPC frames it: not compressed, length, bytes. */
export function grpcMessage(bytes: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(5 + bytes.length);
  message[0] = 0;
  message.writeUInt32BE(bytes.length, 1);
  message.set(bytes, 5);
  return message;
}

import { Exhausted } from '@millrace/core';

/** What `encodedAnswer` hands to the transport. */
export class EncodedAnswer {
  readonly bytes: number;
  readonly pieces: Pieces;

  constructor(bytes: number, pieces: Pieces) {
    this.bytes = bytes;
    this.pieces = pieces;
  }
}

/**
 * The bytes of an answer, made while those before them are on their way. A piece is used until the next but one is asked for: two buffers
 * do for an answer of any length.
 */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * A whole answer that its handler encodes itself, Status included, for the handler to return: for answers of which an object would be many
 * times the bytes. `bytes` is the sum of its pieces; an error while they are made breaks the call off.
 */
export function encodedAnswer<Response>(bytes: number, pieces: Pieces): Partial<Response> {
  // Only the transport sees what a handler returns, and it sends these bytes as they are.
  return new EncodedAnswer(bytes, pieces) as unknown as Partial<Response>;
}

/**
 * An answer no peer would receive whole. The call itself fails (gRPC's RESOURCE_EXHAUSTED), as it does where a client meets its limit: peers
 * that can ask for less then do so, which a Status would not make them do. Source: spec live-cluster §c, GetRecoveryInfoV2.
 */
export class AnswerTooLarge extends Exhausted {}

import { Exhausted } from '@millrace/core';

/** What `encodedAnswer` hands to the transport. */
export class EncodedAnswer {
  readonly content: Uint8Array | LongContent;

  constructor(content: Uint8Array | LongContent) {
    this.content = content;
  }
}

/**
 * The bytes of an answer, made while those before them are on their way. A piece is used until the next but one is asked for: two buffers
 * do for an answer of any length.
 */
export interface LongContent {
  /** Sum of the pieces. */
  readonly bytes: number;
  /** An error while they are made breaks the call off. */
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * A whole answer that its handler encodes itself, Status included, for the handler to return: for answers of which an object would be many
 * times the bytes.
 */
export function encodedAnswer<Response>(content: Uint8Array | LongContent): Partial<Response> {
  // Only the transport sees what a handler returns, and it sends these bytes as they are.
  return new EncodedAnswer(content) as unknown as Partial<Response>;
}

/**
 * An answer no peer would receive whole. The call itself fails (gRPC's RESOURCE_EXHAUSTED), as it does where a client meets its limit: peers
 * that can ask for less then do so, which a Status would not make them do. Source: spec live-cluster §c, GetRecoveryInfoV2.
 */
export class AnswerTooLarge extends Exhausted {}

import { Exhausted } from '@millrace/core';

/** What `encodedAnswer` hands to the transport. */
export class EncodedAnswer {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/**
 * A whole answer that its handler encoded itself, Status included, for the handler to return: for answers of which an object would be many
 * times the bytes.
 */
export function encodedAnswer<Response>(bytes: Buffer): Partial<Response> {
  // Only the transport sees what a handler returns, and it sends these bytes as they are.
  return new EncodedAnswer(bytes) as unknown as Partial<Response>;
}

/**
 * An answer no peer would receive whole. The call itself fails (gRPC's RESOURCE_EXHAUSTED), as it does where a client meets its limit: peers
 * that can ask for less then do so, which a Status would not make them do. Source: spec live-cluster §c, GetRecoveryInfoV2.
 */
export class AnswerTooLarge extends Exhausted {}

import { Corrupt } from '@millrace/core';
import type { RecordsBatch } from '@platformatic/kafka';
import type { Message } from '../../message-stream.ts';
import { offsetID } from '../../offset-id.ts';

/** Markers of transactions, which are no messages. Source: Kafka's record batch format, attributes bit 5. */
const controlBit = 1 << 5;

export interface FetchedMessages {
  readonly messages: readonly Message[];
  /** Offset behind them. */
  readonly end: bigint;
}

/** The messages from an offset on: the first batch of the log may begin before it. Errors: Corrupt when the log skips. */
export function messagesFrom(
  channel: string,
  batches: readonly RecordsBatch[],
  offset: bigint,
): FetchedMessages {
  const messages: Message[] = [];
  let end = offset;
  for (const { firstOffset, lastOffsetDelta, attributes, records } of batches) {
    if (firstOffset > end)
      throw new Corrupt(
        `${channel} skips from offset ${end} to ${firstOffset}: messages that were still needed are gone; is its cleanup.policy "delete"?`,
      );
    for (const { offsetDelta, value } of records) {
      const at = firstOffset + BigInt(offsetDelta);
      if (at >= end && (attributes & controlBit) === 0)
        messages.push({ id: offsetID(at), payload: value ?? new Uint8Array(0) });
    }
    const behind = firstOffset + BigInt(lastOffsetDelta) + 1n;
    if (behind > end) end = behind;
  }
  return { messages, end };
}

/** The same messages in portions of at most so many bytes of payload, each with at least one message. */
export function* inBatches(messages: readonly Message[], bytesMax: number): Generator<readonly Message[]> {
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const { length } = message.payload;
    if (batch.length > 0 && bytes + length > bytesMax) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}

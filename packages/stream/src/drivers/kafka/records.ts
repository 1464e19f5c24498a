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

/** Offset behind these batches, which were asked for from an offset on. */
export function endOf(batches: readonly RecordsBatch[], offset: bigint): bigint {
  return batches.reduce((end, batch) => laterOf(end, behind(batch)), offset);
}

/** The messages from an offset on: the first batch of the log may begin before it. Errors: Corrupt when the log skips. */
export function messagesFrom(
  channel: string,
  batches: readonly RecordsBatch[],
  offset: bigint,
): FetchedMessages {
  const messages: Message[] = [];
  let end = offset;
  for (const batch of batches) {
    const { firstOffset, attributes, records } = batch;
    if (firstOffset > end)
      throw new Corrupt(
        `${channel} skips from offset ${end} to ${firstOffset}: messages that were still needed are gone; is its cleanup.policy "delete"?`,
      );
    for (const { offsetDelta, value } of records) {
      const at = firstOffset + BigInt(offsetDelta);
      if (at >= end && (attributes & controlBit) === 0)
        messages.push({ id: offsetID(at), payload: value ?? new Uint8Array(0) });
    }
    end = laterOf(end, behind(batch));
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

function behind({ firstOffset, lastOffsetDelta }: RecordsBatch): bigint {
  return firstOffset + BigInt(lastOffsetDelta) + 1n;
}

function laterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

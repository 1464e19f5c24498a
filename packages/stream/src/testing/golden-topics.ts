import { readFileSync } from 'node:fs';
import type { Message } from '../message-stream.ts';
import { offsetID } from '../offset-id.ts';

function fixture(name: string): Record<string, readonly string[]> {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));
}

/** Every message a real Milvus 2.2.8 cluster wrote, by topic. */
export function goldenTopics(): ReadonlyMap<string, readonly Message[]> {
  return new Map(
    Object.entries(fixture('topics.json')).map(([topic, values]) => [
      topic,
      values.map((value, offset) => ({
        id: offsetID(BigInt(offset)),
        payload: Buffer.from(value, 'base64'),
      })),
    ]),
  );
}

/** Stored bytes of the same cluster's channel checkpoints (MsgPosition) and segments (SegmentInfo). */
export function goldenPositions() {
  const stored = fixture('positions.json');
  const bytes = (name: string) => (stored[name] ?? []).map((value) => Buffer.from(value, 'base64'));
  return { checkpoints: bytes('channel-cp'), segments: bytes('segments') };
}

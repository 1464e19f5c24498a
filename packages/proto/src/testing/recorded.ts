import { readFileSync } from 'node:fs';
import { data } from '../index.ts';

/** One call that a real Milvus 2.2.8 was asked, and what it said. */
export interface RecordedExchange {
  /** Line of the recording, from 0. */
  readonly line: number;
  /** Milliseconds from the start of the recording, or of its series. */
  readonly atMs: number;
  readonly path: string;
  /** As in the `.proto`: `GetSegmentInfo`. */
  readonly call: string;
  /** What a probe was about; '' in recorded traffic. */
  readonly about: string;
  /** Decoded; undefined where there is no method. */
  readonly request: unknown;
  /** Undefined for a method that no service of ours has. */
  readonly method: RecordedMethod | undefined;
  /** Decoded; undefined where the call failed with `error`. */
  readonly answer: unknown;
  /** gRPC's error as Go prints it; '' for none. */
  readonly error: string;
}

/** A method of our DataCoord or DataNode that a recording calls, with what turns its bytes into messages and back. */
export interface RecordedMethod {
  readonly path: string;
  /** Member of the service definition: `getSegmentInfo`. */
  readonly member: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly requestSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** `datacoord`, `datanode`: what a real one was asked in traffic. `probes`: what both were asked to see what they refuse. */
export type Recording = 'datacoord' | 'datanode' | 'probes';

const services = { DataCoord: data.DataCoordService, DataNode: data.DataNodeService } as const;
const methods = new Map<string, RecordedMethod>(
  Object.values(services).flatMap((service) =>
    Object.entries(service).map(([member, method]) => [method.path, { ...method, member }] as const),
  ),
);

interface Line {
  readonly t_ms: number;
  readonly method: string;
  readonly req: string | null;
  readonly resp: string | null;
  readonly err: string;
  readonly case?: string;
}

/** The exchanges of a recording in their order. */
export function recorded(name: Recording): readonly RecordedExchange[] {
  const text = readFileSync(new URL(`../../fixtures/${name}.jsonl`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((json, line) => exchangeOf(JSON.parse(json), line));
}

function exchangeOf({ t_ms, method: path, req, resp, err, case: about = '' }: Line, line: number) {
  const method = methods.get(path);
  const answer = err === '' ? method?.responseDeserialize(Buffer.from(resp ?? '', 'base64')) : undefined;
  const request = method?.requestDeserialize(Buffer.from(req ?? '', 'base64'));
  const call = path.split('/').at(-1) ?? path;
  return { line, atMs: t_ms, path, call, about, request, method, answer, error: err };
}

/** Methods of a service that no recording asks, in their order of definition. */
export function neverRecorded(service: keyof typeof services): readonly string[] {
  const asked = new Set(
    (['datacoord', 'datanode', 'probes'] as const)
      .flatMap(recorded)
      .filter(({ error }) => !error.includes('UNIMPLEMENTED'))
      .map(({ path }) => path),
  );
  return Object.values(services[service])
    .filter(({ path }) => !asked.has(path))
    .map(({ path }) => path.split('/').at(-1) ?? path);
}

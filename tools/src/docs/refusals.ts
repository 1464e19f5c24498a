import { common } from '@millrace/proto';
import { recorded } from '@millrace/proto/testing/recorded';

/** Probes of a server that is not ready, or whose RootCoord is away: the same for every call, or not the same in ours. */
const ofNoCall = /old session key alive|enableActiveStandby|RootCoord not running/;

/**
 * What a call was refused with by a real 2.2.8, and is by ours: the replay of the probes compares code and text. `Code: text`, in the order of
 * the probes; `…` stands for ids and names.
 */
export function recordedRefusals(service: string, call: string): readonly string[] {
  const refusals = recorded('probes')
    .filter(({ path, about }) => path.endsWith(`.${service}/${call}`) && !ofNoCall.test(about))
    .flatMap(({ answer }) => {
      const status = statusOf(answer);
      if (status === undefined || status.errorCode === common.ErrorCode.Success) return [];
      return [`${nameOf(status.errorCode)}: ${general(status.reason) || noReason}`];
    });
  return [...new Set(refusals)];
}

/** What the source of a call throws itself: `Kind: text`, or `Code: text` where it names Milvus' code for it. */
export function thrownRefusals(source: string): readonly string[] {
  const thrown = /throw new ([A-Z]\w+)\(\s*(`[^`]*`|'[^']*'|"[^"]*")(?:,\s*\{[^}]*\bmilvusCode: '(\w+)')?/g;
  const refusals = Array.from(
    source.matchAll(thrown),
    ([, kind, text = '', code]) =>
      `${code ?? kind}: ${text.slice(1, -1).replace(/\$\{[^}]*\}/g, '…') || noReason}`,
  );
  return [...new Set(refusals)];
}

/** Both, the recorded ones first: what is in both is told with Milvus' code. */
export function refusalsOf(recordedOnes: readonly string[], thrown: readonly string[]): readonly string[] {
  const isRecorded = (refusal: string) => {
    const parts = textOf(refusal)
      .split('…')
      .map((part) => escaped(part));
    const pattern = new RegExp(`^${parts.join('.*')}$`);
    return recordedOnes.some((one) => pattern.test(textOf(one)));
  };
  return [...recordedOnes, ...thrown.filter((refusal) => !isRecorded(refusal))];
}

const noReason = 'no reason';

function textOf(refusal: string): string {
  return refusal.slice(refusal.indexOf(': ') + 2);
}

function statusOf(answer: unknown): common.Status | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const status: unknown = 'status' in answer ? answer.status : answer;
  // An answer carries a Status, or is one.
  return typeof status === 'object' && status !== null && 'errorCode' in status
    ? (status as common.Status)
    : undefined;
}

function nameOf(code: number): string {
  return Object.entries(common.ErrorCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

function general(reason: string): string {
  // An empty request names an empty channel.
  return reason
    .replace(/by-dev-rootcoord-dml_\w+/g, '…')
    .replace(/channel {2}/, 'channel … ')
    .replace(/(channel |vChannel=)$/, '$1…')
    .replace(/\d+/g, '…');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

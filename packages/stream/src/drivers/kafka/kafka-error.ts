import { Corrupt, Exhausted, Invalid, MillraceError, Unavailable } from '@millrace/core';
import { findErrorBy, MultipleErrors } from '@platformatic/kafka';

/** Whether the broker answered with this error, for example `OFFSET_OUT_OF_RANGE`. */
export function brokerAnswered(error: unknown, apiID: string): boolean {
  return error instanceof Error && findErrorBy(error, 'apiId', apiID) !== null;
}

export function isForbidden(error: unknown): boolean {
  return (
    brokerAnswered(error, 'TOPIC_AUTHORIZATION_FAILED') ||
    brokerAnswered(error, 'CLUSTER_AUTHORIZATION_FAILED')
  );
}

/** The error of ours for one of the client's. Whatever may pass by itself is Unavailable. */
export function kafkaError(error: unknown, channel: string): MillraceError {
  if (error instanceof MillraceError) return error;
  const details = { cause: error };
  if (brokerAnswered(error, 'MESSAGE_TOO_LARGE') || brokerAnswered(error, 'RECORD_LIST_TOO_LARGE')) {
    return new Exhausted(
      `Kafka refuses a message for ${channel} as too large: raise message.max.bytes of the brokers, or max.message.bytes of the topic`,
      details,
    );
  }
  if (brokerAnswered(error, 'INVALID_TOPIC_EXCEPTION'))
    return new Invalid(`${channel} is not a name Kafka takes for a topic: choose another prefix`, details);
  if (isForbidden(error))
    return new Invalid(
      `Kafka does not allow the use of topic ${channel}: grant create, describe, read and write`,
      details,
    );
  if (brokerAnswered(error, 'CORRUPT_MESSAGE'))
    return new Corrupt(`a record of ${channel} fails Kafka's checksum: is a disk failing?`, details);
  return new Unavailable(`Kafka does not serve ${channel} now: ${lastReason(error)}`, details);
}

/** The newest reason at the bottom of a chain of retries. */
function lastReason(error: unknown): string {
  if (error instanceof MultipleErrors) {
    const last: unknown = error.errors.at(-1);
    if (last !== undefined) return lastReason(last);
  }
  return error instanceof Error ? error.message : String(error);
}

import { join } from 'node:path';
import { type Clock, Invalid, type Logger } from '@millrace/core';
import type { Options } from '@millrace/runtime';
import { FileStream } from './drivers/file.ts';
import { KafkaStream } from './drivers/kafka.ts';
import type { MessageStream } from './message-stream.ts';

/** The message stream that `millrace.stream` names. Invalid when what it needs is not configured. */
export async function openStream(
  options: Options,
  components: { readonly clock: Clock; readonly log: Logger },
): Promise<MessageStream> {
  switch (options['millrace.stream']) {
    case 'file': {
      const directory = options['millrace.dataDirectory'];
      if (directory === '')
        throw new Invalid('millrace.stream is file: name its directory with millrace.dataDirectory');
      return new FileStream(components, { directory: join(directory, 'log') });
    }
    case 'kafka':
      return new KafkaStream(components, { brokers: brokersIn(options['kafka.brokerList']) });
  }
}

function brokersIn(list: string): readonly string[] {
  const brokers = list
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  if (brokers.length === 0)
    throw new Invalid('millrace.stream is kafka: name its brokers with kafka.brokerList, host:port');
  return brokers;
}

import { join } from 'node:path';
import { type Clock, Invalid, type Logger } from '@millrace/core';
import type { Options } from '@millrace/runtime';
import { FileStream } from './drivers/file.ts';
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
      throw new Invalid('millrace.stream is kafka, which is not served yet: set it to file');
  }
}

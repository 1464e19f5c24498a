import type { DefinitionReader } from './definition-reader.ts';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';
import { named } from './told-channels.ts';

/** What is dropped in this channel ends in the channels that the node reads. */
export function watchDdChannel(
  { node }: OldApiParts,
  definitions: DefinitionReader,
): NonNullable<OldApiHandlers['watchDdChannel']> {
  return async ({ channelID }) => {
    node.state.requireHealthy();
    await definitions.read(named(channelID));
    return {};
  };
}

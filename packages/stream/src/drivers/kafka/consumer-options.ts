/** How long the broker holds an answer back when there is nothing new. */
export const fetchWaitMs = 5000;
/** More than connecting and the wait may take, and the transfer of a batch. */
export const answerMsMax = 30_000;
/** What is known of topics is asked for again when it turns out to be wrong, so seldom otherwise: each client asks for itself. */
export const metadataMsMax = 300_000;

/** A client for fetches only. It never joins the group; the library only asks for a name. */
export function consumerOptions(brokers: readonly string[]) {
  return {
    clientId: 'millrace',
    groupId: 'millrace',
    bootstrapBrokers: [...brokers],
    retries: 0,
    metadataMaxAge: metadataMsMax,
  };
}

/** The only partition of a topic, in a fetch. */
export function partitionFrom(fetchOffset: bigint, bytesMax: number) {
  return {
    partition: 0,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    fetchOffset,
    partitionMaxBytes: bytesMax,
  };
}

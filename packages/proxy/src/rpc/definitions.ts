import { common } from '@millrace/proto';
import { baseOf, type Call } from './call.ts';

const { MsgType } = common;
/** Fields below this id are Milvus' own: clients do not see them. */
const firstUserField = 100n;

export const describeCollection: Call<'describeCollection'> = (parts) => async (request) => {
  const answer = await parts.rootCoord.describeCollection({
    ...request,
    base: baseOf(parts, MsgType.DescribeCollection),
  });
  if (answer.status?.errorCode === common.ErrorCode.CollectionNotExists) {
    // Clients of 2.2 know a collection that is not there by this code and the text, and by nothing else.
    return { status: { ...answer.status, errorCode: common.ErrorCode.UnexpectedError } };
  }
  if (answer.schema === undefined) return answer;
  const fields = answer.schema.fields.filter(({ fieldID }) => fieldID >= firstUserField);
  return { ...answer, schema: { ...answer.schema, fields } };
};

export const hasCollection: Call<'hasCollection'> = (parts) => (request) =>
  parts.rootCoord.hasCollection({ ...request, base: baseOf(parts, MsgType.HasCollection) });

export const showCollections: Call<'showCollections'> = (parts) => (request) =>
  parts.rootCoord.showCollections({ ...request, base: baseOf(parts, MsgType.ShowCollections) });

export const hasPartition: Call<'hasPartition'> = (parts) => (request) =>
  parts.rootCoord.hasPartition({ ...request, base: baseOf(parts, MsgType.HasPartition) });

export const showPartitions: Call<'showPartitions'> = (parts) => (request) =>
  parts.rootCoord.showPartitions({ ...request, base: baseOf(parts, MsgType.ShowPartitions) });

import { common, milvus } from '@millrace/proto';
import { connect } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servedProxy } from '../testing/served-proxy.ts';

const status: common.Status = { errorCode: common.ErrorCode.Success, reason: '' };

describe('imports', () => {
  let proxy: Awaited<ReturnType<typeof servedProxy>>;
  let close: () => void;
  beforeEach(async () => {
    proxy = await servedProxy();
  });
  afterEach(async () => {
    close();
    await proxy.close();
  });

  const client = () => {
    const connection = connect(milvus.MilvusServiceService, proxy.address);
    close = () => connection.close();
    return connection.call;
  };

  it('are passed on to RootCoord as they come, and so are its answers', async () => {
    const asked: unknown[] = [];
    const state = { status, state: common.ImportState.ImportStarted, id: 7n, rowCount: 5n };
    Object.assign(proxy.rootCoord.client, {
      import: async (request: milvus.ImportRequest) => {
        asked.push(request);
        return { status, tasks: [7n] };
      },
      getImportState: async (request: milvus.GetImportStateRequest) => {
        asked.push(request);
        return milvus.GetImportStateResponse.fromPartial(state);
      },
      listImportTasks: async (request: milvus.ListImportTasksRequest) => {
        asked.push(request);
        return milvus.ListImportTasksResponse.fromPartial({ status, tasks: [state] });
      },
    });
    const requests = [
      milvus.ImportRequest.fromPartial({
        collectionName: 'books',
        partitionName: 'new',
        files: ['a.json'],
        options: [{ key: 'bucket', value: 'b' }],
      }),
      milvus.GetImportStateRequest.fromPartial({ task: 7n }),
      milvus.ListImportTasksRequest.fromPartial({ collectionName: 'books', limit: 3n }),
    ] as const;
    const call = client();
    expect((await call.import(requests[0])).tasks).toEqual([7n]);
    expect(await call.getImportState(requests[1])).toMatchObject({ id: 7n, rowCount: 5n });
    expect((await call.listImportTasks(requests[2])).tasks).toHaveLength(1);
    expect(asked).toEqual(requests);
  });

  it('that RootCoord refuses are refused with its words', async () => {
    const refused = { errorCode: common.ErrorCode.UnexpectedError, reason: "can't find collection: books" };
    Object.assign(proxy.rootCoord.client, {
      import: async () => milvus.ImportResponse.fromPartial({ status: refused }),
    });
    expect((await client().import({ collectionName: 'books', files: ['a.json'] })).status).toEqual(refused);
  });
});

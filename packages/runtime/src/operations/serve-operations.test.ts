import { request } from 'node:http';
import { silentLogger } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Operations, type StateCode, stateCodes } from './operations.ts';
import { serveOperations } from './serve-operations.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('the operations port', () => {
  let operations: Operations;
  let code: StateCode;
  let served: Awaited<ReturnType<typeof serveOperations>>;
  const at = { host: '127.0.0.1', port: 0, log: silentLogger };

  beforeEach(async () => {
    operations = new Operations({ level: 'info' });
    code = stateCodes.Healthy;
    operations.component('datacoord', () => code);
    served = await serveOperations(operations, at);
  });
  afterEach(() => served?.close());

  // Not fetch, which adds headers of its own.
  function ask(
    path: string,
    { method = 'GET', body, type }: { method?: string; body?: string; type?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const asked = request({ host: at.host, port: served?.port, path, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += String(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  it('says OK while its components are healthy or stand by', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, body: 'OK' });
    code = stateCodes.StandBy;
    expect(await ask('/healthz')).toEqual({ status: 200, body: 'OK' });
  });

  it('names the component that is not, as the original', async () => {
    code = stateCodes.Abnormal;
    expect(await ask('/healthz')).toEqual({ status: 500, body: 'component datacoord state is 2' });
    const { status, body } = await ask('/healthz', { type: 'application/json' });
    expect(status).toBe(500);
    expect(JSON.parse(body)).toEqual({
      state: 'component datacoord state is 2',
      detail: [{ name: 'datacoord', code: 2 }],
    });
  });

  it('gives the metrics as they are when it is asked', async () => {
    let segments = 3;
    const { metrics } = operations;
    metrics.gauge('milvus_datacoord_segment_num', 'segments', ['segment_state'], () => [
      [{ segment_state: 'Growing' }, segments],
    ]);
    const rows = metrics.counter('milvus_datanode_msg_rows_count', 'rows', ['node_id']);
    rows.add({ node_id: '1' }, 5);
    rows.add({ node_id: '1' }, 2);
    expect((await ask('/metrics')).body).toContain('milvus_datacoord_segment_num{segment_state="Growing"} 3');
    segments = 4;
    const { status, body } = await ask('/metrics');
    expect(status).toBe(200);
    expect(body).toContain('milvus_datacoord_segment_num{segment_state="Growing"} 4');
    expect(body).toContain('milvus_datanode_msg_rows_count{node_id="1"} 7');
  });

  it.each([
    ['a query', { path: '/log/level?level=debug' }],
    ['JSON', { path: '/log/level', body: '{"level":"debug"}' }],
    ['a form', { path: '/log/level', body: 'level=debug' }],
  ])(
    'changes the level of the logs, told by %s',
    async (_, { path, ...rest }: { path: string; body?: string }) => {
      expect(JSON.parse((await ask('/log/level')).body)).toEqual({ level: 'info' });
      expect(await ask(path, { method: 'PUT', ...rest })).toEqual({ status: 200, body: '{"level":"debug"}' });
      expect(operations.log.level).toBe('debug');
    },
  );

  it('refuses a level that does not exist, and says which do', async () => {
    const { status, body } = await ask('/log/level', { method: 'PUT', body: '{"level":"loud"}' });
    expect(status).toBe(400);
    expect(body).toContain("the level is 'loud': it takes debug, info, warn, error, silent");
    expect(operations.log.level).toBe('info');
  });

  it('says what there is for any other path', async () => {
    expect((await ask('/')).status).toBe(404);
  });

  it('leaves a taken port to who has it', async () => {
    expect(await serveOperations(operations, { ...at, port: served?.port ?? 0 })).toBeUndefined();
    expect((await ask('/healthz')).status).toBe(200);
  });
});

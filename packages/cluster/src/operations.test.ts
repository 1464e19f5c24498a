import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import { RunningLoad } from './testing/running-load.ts';

const rows = 100;

describe('the operations ports of a local cluster', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-operations-'));
  /** By the name of the process, as its log says. */
  const ports = new Map<string, number>();
  let cluster: LocalCluster;

  beforeAll(async () => {
    cluster = await startLocalCluster(
      { directory, dataNodes: 2, port: 0, logLevel: 'info', options: {} },
      () => {},
      (event) => {
        if (event.type !== 'line' || !event.line.includes('health and metrics served')) return;
        const line: unknown = JSON.parse(event.line);
        if (typeof line === 'object' && line !== null && 'port' in line)
          ports.set(event.name, Number(line.port));
      },
    );
    const client = connect(milvus.MilvusServiceService, cluster.address);
    const load = new RunningLoad(client.call, realClock, seededRandom(1), { collection: 'operated' });
    await load.create();
    while (!(await load.insert(rows))) await realClock.sleep(100);
    await load.flushAll(AbortSignal.timeout(20_000));
    client.close();
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  async function get(
    process: string,
    path: string,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`http://127.0.0.1:${ports.get(process)}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Sum of a metric over its labels. */
  function sum(text: string, name: string): number {
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  }

  it('say of every process that it is well', async () => {
    expect([...ports.keys()].sort()).toEqual(['datacoord', 'datanode-1', 'datanode-2', 'proxy', 'rootcoord']);
    for (const name of ports.keys()) expect(await get(name, '/healthz')).toEqual({ status: 200, text: 'OK' });
  });

  it('tell of every process that it is one of its role', async () => {
    for (const name of ports.keys()) {
      const role = name.replace(/-\d+$/, '');
      const one = new RegExp(`^milvus_num_node\\{node_id="\\d+",role_name="${role}"\\} 1$`, 'm');
      expect((await get(name, '/metrics')).text).toMatch(one);
    }
  });

  it('change the level of a log while it runs, and say which levels there are', async () => {
    const put = async (body: string) => {
      const address = `http://127.0.0.1:${ports.get('datacoord')}/log/level`;
      const response = await fetch(address, { method: 'PUT', body });
      return { status: response.status, text: await response.text() };
    };
    expect(await put('{"level":"debug"}')).toEqual({ status: 200, text: '{"level":"debug"}' });
    expect((await get('datacoord', '/log/level')).text).toBe('{"level":"debug"}');
    expect(await put('{"level":"loud"}')).toMatchObject({
      status: 400,
      text: expect.stringContaining('it takes debug, info, warn, error, silent'),
    });
    await put('{"level":"info"}');
  });

  it('tell what the coordinator holds and what the nodes did', async () => {
    const { text } = await get('datacoord', '/metrics');
    expect(sum(text, 'milvus_datacoord_datanode_num')).toBe(2);
    expect(sum(text, 'milvus_datacoord_stored_rows_num')).toBe(rows);
    expect(sum(text, 'milvus_datacoord_watched_dml_chanel_num')).toBeGreaterThan(0);
    expect(text).toMatch(/milvus_datacoord_segment_num\{segment_state="Flushed"\} [1-9]/);
    expect(text).toMatch(/milvus_datacoord_stored_binlog_size\{segment_state="Flushed"\} [1-9]/);
    expect(text).toMatch(
      /milvus_datacoord_consume_datanode_tt_lag_ms\{node_id="\d+",channel_name="[^"]+"\} \d/,
    );
    const nodes = await Promise.all(['datanode-1', 'datanode-2'].map((name) => get(name, '/metrics')));
    const all = nodes.map((node) => node.text).join('\n');
    expect(sum(all, 'milvus_datanode_msg_rows_count')).toBe(rows);
    expect(sum(all, 'milvus_datanode_flush_buffer_op_count')).toBeGreaterThan(0);
    expect(sum(all, 'milvus_datanode_flowgraph_num')).toBe(
      sum(text, 'milvus_datacoord_watched_dml_chanel_num'),
    );
  });
});

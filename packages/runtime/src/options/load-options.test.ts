import { describe, expect, it } from 'vitest';
import { environmentName, loadOptions, optionKeys } from './load-options.ts';

describe('options', () => {
  it("take Milvus' defaults where nothing is said", () => {
    const options = loadOptions({});
    expect(options['dataCoord.port']).toBe(13333);
    expect(options['etcd.endpoints']).toBe('localhost:2379');
  });

  it('come from the yaml of the original, lists joined, whatever the case of the keys', () => {
    const text =
      'etcd:\n  endpoints:\n    - a:1\n    - b:2\ndatacoord:\n  segment:\n    maxsize: 64\nunknown:\n  key: 1\n';
    const options = loadOptions({ yaml: { text, path: 'milvus.yaml' } });
    expect(options['etcd.endpoints']).toBe('a:1,b:2');
    expect(options['dataCoord.segment.maxSize']).toBe(64);
  });

  it('are overridden by the environment, and that by flags', () => {
    const yaml = { text: 'proxy:\n  port: 1\n', path: 'milvus.yaml' };
    expect(loadOptions({ yaml, env: { PROXY_PORT: '2' } })['proxy.port']).toBe(2);
    expect(loadOptions({ yaml, env: { PROXY_PORT: '2' }, flags: { 'proxy.port': '3' } })['proxy.port']).toBe(
      3,
    );
  });

  it('that cannot be right are refused with key, value, source and what to write', () => {
    expect(() => loadOptions({ env: { DATACOORD_PORT: 'many' } })).toThrow(
      "dataCoord.port is 'many' (environment variable DATACOORD_PORT): it takes a number from 0 to 65535",
    );
    expect(() => loadOptions({ yaml: { text: 'a: [', path: '/etc/milvus.yaml' } })).toThrow(
      '/etc/milvus.yaml is not valid YAML',
    );
    expect(() => loadOptions({ flags: { 'data.coord.prot': '1' } })).toThrow(
      'there is no option data.coord.prot',
    );
  });

  it('of how often something is done take no 0, which would do it all the time', () => {
    for (const key of ['dataCoord.gc.interval', 'dataNode.timetick.interval', 'proxy.timeTickInterval'])
      expect(() => loadOptions({ flags: { [key]: '0' } })).toThrow('it takes a number from 1 to');
  });

  it('each have one environment variable of their own', () => {
    const names = optionKeys().map(environmentName);
    expect(new Set(names).size).toBe(names.length);
  });
});

import { describe, expect, it } from 'vitest';
import { importsOf, sourceFiles } from './packages.ts';

const stores = ['metastore', 'stream', 'storage', 'binlog'];
const base = ['core', 'proto', 'runtime', ...stores];

/** Who may import whom: the table of the design. The four servers never import each other: they meet through `proto`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  proto: ['core'],
  runtime: ['core', 'proto'],
  metastore: ['core', 'proto', 'runtime'],
  stream: ['core', 'proto', 'runtime'],
  storage: ['core', 'runtime'],
  binlog: ['core', 'proto'],
  datacoord: base,
  datanode: base,
  'rootcoord-bridge': ['core', 'proto', 'runtime', 'metastore'],
  rootcoord: [...base, 'rootcoord-bridge'],
  proxy: [...base, 'rootcoord-bridge'],
  // Spawns the servers by the paths of their mains, and imports none.
  cluster: base,
};

/** The only places a vendor's package is imported in. */
const vendors: readonly (readonly [RegExp, RegExp])[] = [
  [/^@grpc\/grpc-js/, /^packages\/runtime\/src\/rpc\//],
  [/^lmdb$/, /^packages\/metastore\/src\/drivers\/lmdb/],
  [/^@platformatic\/kafka/, /^packages\/stream\/src\/drivers\/kafka/],
  [/^(minio|undici)$/, /^packages\/storage\/src\/drivers\/minio/],
  [/^pino$/, /^packages\/runtime\/src\/log\.ts$/],
  [/^yaml$/, /^packages\/runtime\/src\/options\//],
  [/^prom-client$/, /^packages\/runtime\/src\//],
  [/^commander$/, /^packages\/cluster\/src\/(command-line\.ts|commands\/)/],
  [/^@zilliz\//, /^packages\/(cluster\/src\/demo\/|[^/]+\/src\/.*\.test\.ts|[^/]+\/src\/testing\/)/],
  [/^@node-rs\/crc32$/, /^packages\/core\/src\/crc32\.ts$/],
  [/^@bufbuild\/protobuf/, /^packages\/proto\/src\//],
];

const files = sourceFiles();

describe('imports', () => {
  it('keep to the table of packages', () => {
    const broken = files.flatMap(({ path, package: own, text, isTest }) => {
      if (own === undefined) return [];
      const allowed = mayImport[own] ?? [];
      return (
        importsOf(text)
          .map((name) => /^@millrace\/([^/]+)(\/.*)?$/.exec(name))
          .filter((match) => match !== null)
          // A test may take the real clock and the engines' addresses.
          .filter(
            ([, imported = '']) =>
              imported !== own && !allowed.includes(imported) && !(isTest && imported === 'runtime'),
          )
          .map(([name]) => `${path} imports ${name}`)
      );
    });
    expect(broken).toEqual([]);
  });

  it('of a vendor stand in one place', () => {
    const broken = files.flatMap(({ path, text, isTest }) =>
      importsOf(text).flatMap((name) =>
        vendors.some(([vendor, place]) => vendor.test(name) && !place.test(path) && !isTest)
          ? [`${path} imports ${name}`]
          : [],
      ),
    );
    expect(broken).toEqual([]);
  });

  it('never reach into another package, and never import a test', () => {
    const broken = files.flatMap(({ path, text, isTest }) =>
      importsOf(text).flatMap((name) => {
        const outside =
          name.startsWith('.') &&
          /^(\.\.\/)+(packages|core|proto|runtime|metastore|stream|storage)\//.test(name);
        const test = !isTest && /\.(test|bench)\.ts$/.test(name);
        const folder = !isTest && name.startsWith('.') && /\/testing\//.test(name);
        return outside || test || folder ? [`${path} imports ${name}`] : [];
      }),
    );
    expect(broken).toEqual([]);
  });
});

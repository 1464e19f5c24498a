/** `host:port` of each engine. */
export interface EngineAddresses {
  readonly etcd: string;
  readonly kafka: string;
  readonly minio: string;
}

/** Options of a cluster on real engines, under a root of its own: other suites use the same engines. */
export function engineOptions(root: string, { etcd, kafka, minio }: EngineAddresses): Record<string, string> {
  const [minioHost = '', minioPort = ''] = minio.split(':');
  return {
    'millrace.metastore': 'etcd',
    'millrace.stream': 'kafka',
    'common.storageType': 'minio',
    'etcd.endpoints': etcd,
    'etcd.rootPath': root,
    'kafka.brokerList': kafka,
    'minio.address': minioHost,
    'minio.port': minioPort,
    'minio.bucketName': root,
    'common.chanNamePrefix.cluster': root,
  };
}

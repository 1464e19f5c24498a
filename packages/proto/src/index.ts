/** Milvus' messages by their protobuf package: `data.SegmentInfo` is `milvus.proto.data.SegmentInfo`. */
export * as common from './gen/common.ts';
export * as data from './gen/data_coord.ts';
export * as dataService from './gen/data_service.ts';
export * as etcd from './gen/etcd.ts';
export * as etcdMeta from './gen/etcd_meta.ts';
export * as index from './gen/index_coord.ts';
export * as internal from './gen/internal.ts';
export * as legacy from './gen/legacy.ts';
export * as milvus from './gen/milvus.ts';
export * as proxy from './gen/proxy.ts';
export * as rootcoord from './gen/root_coord.ts';
export * as schema from './gen/schema.ts';
export { errorFromStatus, statusFromError } from './status.ts';
export { WireFields } from './wire-fields.ts';

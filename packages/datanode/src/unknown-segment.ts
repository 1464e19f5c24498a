import { common, type data } from '@millrace/proto';

/** Whether DataCoord refused because it has no such segment: both texts and codes are on the wire. Source: spec datacoord §2.7. */
export function isUnknownSegment({ status }: Pick<data.GetSegmentInfoResponse, 'status'>): boolean {
  if (status === undefined) return false;
  const { SegmentNotFound, UnexpectedError } = common.ErrorCode;
  if (status.errorCode === SegmentNotFound) return true;
  return status.errorCode === UnexpectedError && status.reason.startsWith('failed to get segment');
}

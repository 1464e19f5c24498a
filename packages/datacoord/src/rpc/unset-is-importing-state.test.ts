import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('UnsetIsImportingState', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
    await cluster.join('a');
    await cluster.watch();
  });
  afterEach(() => cluster.end());

  it('changes all it knows, and names the last it does not', async () => {
    const { segID } = await cluster.assignImport();
    expect(await cluster.call.unsetIsImportingState({ segmentIds: [4_242_424_242n] })).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'segment not found 4242424242',
    });
    const answer = await cluster.call.unsetIsImportingState({
      segmentIds: [4_242_424_242n, 4_242_424_243n, segID],
    });
    expect(answer.reason).toBe('segment not found 4242424243');
    expect((await cluster.segment(segID)).isImporting).toBe(false);
  });

  it('is done already for a dropped segment', async () => {
    const { segID } = await cluster.assignImport();
    await cluster.call.markSegmentsDropped({ segmentIds: [segID] });
    expect(await cluster.call.unsetIsImportingState({ segmentIds: [segID] })).toEqual({
      errorCode: common.ErrorCode.Success,
      reason: '',
    });
  });

  it('is not undone by a restart', async () => {
    const { segID } = await cluster.assignImport();
    await cluster.call.unsetIsImportingState({ segmentIds: [segID] });
    await cluster.restart();
    expect((await cluster.segment(segID)).isImporting).toBe(false);
  });
});

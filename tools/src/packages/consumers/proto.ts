import assert from 'node:assert/strict';
import { data } from '@millrace/proto';

// An answer of Milvus 2.2.8 to AssignSegmentID, as it was on the wire.
const [recorded = ''] = process.argv.slice(2);
const bytes = Buffer.from(recorded, 'base64');
const answer = data.AssignSegmentIDResponse.decode(bytes);
const [assigned] = answer.segIDAssignments;
process.stdout.write(`${assigned?.channelName} ${assigned?.segID} ${assigned?.count}\n`);
assert.deepEqual(Buffer.from(data.AssignSegmentIDResponse.encode(answer).finish()), bytes);

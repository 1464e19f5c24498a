import { connect } from 'node:net';

const apiVersionsKey = 18;
const correlation = 7;

/** Asks a broker which requests it understands; rejects unless a well-formed answer comes within a second. */
export async function checkKafka(address: string): Promise<void> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      socket.setTimeout(1000, () => reject(new Error('kafka does not answer')));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('kafka closed the connection')));
      socket.once('connect', () => socket.write(apiVersionsRequest()));
      socket.once('data', resolve);
    });
    const isAnswer =
      answer.length >= 10 && answer.readInt32BE(4) === correlation && answer.readInt16BE(8) === 0;
    if (!isAnswer) throw new Error('kafka answers with an error');
  } finally {
    socket.destroy();
  }
}

/** ApiVersions, version 0, without a client id: size, API key, API version, correlation id, null string. */
function apiVersionsRequest(): Buffer {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(apiVersionsKey, 4);
  request.writeInt16BE(0, 6);
  request.writeInt32BE(correlation, 8);
  request.writeInt16BE(-1, 12);
  return request;
}

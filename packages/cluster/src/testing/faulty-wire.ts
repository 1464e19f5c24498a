import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/**
 * A TCP way to a server that can fail as the server would. Hung, it takes connections and bytes and passes nothing on, as a stopped process
 * does; mended, it delivers what waited. Down, it refuses connections and cuts those there are, as a killed process does.
 */
export class FaultyWire {
  private server: Server | undefined;
  private readonly ends = new Set<Socket>();
  private hung = false;
  private ownPort = 0;
  private readonly host: string;
  private readonly port: number;

  /** @param target `host:port` of the server */
  constructor(target: string) {
    const [host = '', port = ''] = target.split(':');
    this.host = host;
    this.port = Number(port);
  }

  /** `127.0.0.1:port`, the same after each fault. */
  get address(): string {
    return `127.0.0.1:${this.ownPort}`;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => this.join(socket)).listen(this.ownPort, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the wire does not listen');
    this.ownPort = address.port;
  }

  hang(): void {
    this.hung = true;
    for (const end of this.ends) end.pause();
  }

  async down(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.close();
    for (const end of this.ends) end.destroy();
    this.ends.clear();
    if (server !== undefined) await once(server, 'close');
  }

  async mend(): Promise<void> {
    this.hung = false;
    for (const end of this.ends) end.resume();
    if (this.server === undefined) await this.open();
  }

  private join(socket: Socket): void {
    const onward = dial(this.port, this.host);
    this.pass(socket, onward, (bytes) => bytes);
    this.pass(onward, socket, this.redirected());
  }

  private pass(from: Socket, to: Socket, change: (bytes: Buffer) => Buffer): void {
    this.ends.add(from);
    from.on('data', (bytes) => {
      // Bounded like a socket's own buffer: who reads too slowly is not sent more.
      if (to.write(change(bytes))) return;
      from.pause();
      to.once('drain', () => {
        if (!this.hung) from.resume();
      });
    });
    from.on('error', () => {});
    from.on('close', () => {
      this.ends.delete(from);
      to.destroy();
    });
    if (this.hung) from.pause();
  }

  /**
   * A Kafka broker tells its clients the address to connect to: it becomes the wire's, so that they come back this way. In all versions of its
   * answers the port, 4 bytes, stands behind the host's text. An answer that tells an address is small and comes in one piece.
   */
  private redirected(): (bytes: Buffer) => Buffer {
    const told = Buffer.alloc(this.host.length + 4);
    told.write(this.host);
    told.writeInt32BE(this.port, this.host.length);
    return (bytes) => {
      for (let at = bytes.indexOf(told); at >= 0; at = bytes.indexOf(told, at + told.length))
        bytes.writeInt32BE(this.ownPort, at + this.host.length);
      return bytes;
    };
  }
}

import { createServer, type Server, type Socket } from 'node:net';
import { Client } from 'pg';

/** A pooler before a PostgreSQL, as far as a client can tell. */
export interface Pooler {
  url: string;
  close(): Promise<void>;
}

/**
 * Lends a connection of the server for one transaction, then to whoever asks next, or for a whole session, as PgBouncer
 * and Supavisor do. What a client sets when it connects is dropped.
 * @param keeps what the pooler's own connections start with
 * @param refuses refuses start-up parameters, as PgBouncer does that is not told to ignore them
 */
export async function startPooler(
  databaseUrl: string,
  {
    mode = 'transaction',
    keeps = {},
    refuses = false,
  }: { mode?: 'transaction' | 'session'; keeps?: object; refuses?: boolean } = {},
): Promise<Pooler> {
  const idle: Backend[] = [];
  const all: Backend[] = [];
  const lend = async (): Promise<Backend> => {
    const backend = idle.pop() ?? new Backend(new Client({ connectionString: databaseUrl, ...keeps }));
    if (!all.includes(backend)) all.push(backend);
    return backend.ready();
  };
  const server = createServer((socket) =>
    serve(socket, { lend, giveBack: (backend) => idle.push(backend), refuses, sessions: mode === 'session' }),
  );
  const port = await listening(server);
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    async close() {
      for (const backend of all) backend.stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
}

/** A connection of the server whose bytes are passed on. */
class Backend {
  private connected: Promise<unknown> | undefined;

  constructor(private readonly client: Client) {
    client.on('error', () => {});
  }

  get stream(): Socket {
    return (this.client as unknown as { connection: { stream: Socket } }).connection.stream;
  }

  async ready(): Promise<Backend> {
    this.connected ??= this.client.connect().then(() => this.stream.removeAllListeners('data'));
    await this.connected;
    return this;
  }
}

interface Lending {
  lend(): Promise<Backend>;
  giveBack(backend: Backend): void;
  refuses: boolean;
  sessions: boolean;
}

const SSL_REQUEST = 80877103;

function serve(socket: Socket, { lend, giveBack, refuses, sessions }: Lending): void {
  let lent: Promise<Backend> | null = null;
  let started = false;
  socket.on('error', () => {});
  socket.on('data', async (data) => {
    if (!started) {
      if (data.readInt32BE(4) === SSL_REQUEST) return void socket.write('N');
      started = true;
      return void (refuses
        ? socket.end(refusal('unsupported startup parameter: statement_timeout'))
        : socket.write(HELLO));
    }
    if (data[0] === 'X'.charCodeAt(0)) return void socket.end();
    lent ??= lend().then((backend) => {
      const toReady = untilReady(() => {
        if (sessions) return;
        backend.stream.removeAllListeners('data');
        lent = null;
        giveBack(backend);
      });
      backend.stream.on('data', (answer) => {
        socket.write(answer);
        toReady(answer);
      });
      return backend;
    });
    (await lent).stream.write(data);
  });
}

/** Reads a backend's messages, and calls back when it is ready and in no transaction. */
function untilReady(done: () => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const size = 1 + rest.readInt32BE(1);
      const message = rest.subarray(0, size);
      rest = rest.subarray(size);
      if (message.toString('latin1', 0, 1) === 'Z' && message.toString('latin1', 5, 6) === 'I') done();
    }
  };
}

const message = (type: string, body: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), size, body]);
};
/** AuthenticationOk and ReadyForQuery. */
const HELLO = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const refusal = (why: string) => message('E', Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${why}\0\0`));

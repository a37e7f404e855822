import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls, TLSSocket } from 'node:tls';

interface Shown {
  cert: Buffer;
  key: Buffer;
}

/** A server that shows a certificate. */
export interface TlsStandIn {
  port: number;
  close(): Promise<void>;
}

export const httpsStandIn = (shown: Shown): Promise<TlsStandIn> =>
  listening(createHttps(shown, (_, response) => response.end('{}')));

/** Takes connections over TLS, greets as an SMTP server does, and knows no command. */
export const smtpsStandIn = (shown: Shown): Promise<TlsStandIn> =>
  listening(
    createTls(shown, (socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('250 so\r\n'));
      socket.write('220 a stand-in\r\n');
    }),
  );

/** Takes connections over TLS as PostgreSQL does, which is asked for it first, and lets everybody in. */
export const postgresStandIn = (shown: Shown): Promise<TlsStandIn> =>
  listening(
    createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('S');
        const secured = new TLSSocket(socket, { isServer: true, ...shown });
        secured.on('error', () => {});
        secured.once('data', () => secured.write(HELLO));
      });
    }),
  );

/** AuthenticationOk and ReadyForQuery. */
const HELLO = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** Accepts whoever connects, and never says a word. */
export const silentStandIn = (): Promise<TlsStandIn> =>
  listening(createServer((socket) => socket.on('error', () => {})));

async function listening(server: Server): Promise<TlsStandIn> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { drainable } from '../../api/http/drain';
import { until } from '../support/until';

const REQUEST = 'GET / HTTP/1.1\r\nHost: shop\r\n\r\n';

let server: Server;
let drain: () => Promise<void>;
let finish: () => void;
beforeEach(async () => {
  server = createServer(async (req, res) => {
    if (req.url === '/slow') await new Promise<void>((resolve) => (finish = resolve));
    res.end('served');
  });
  drain = drainable(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.closeAllConnections());

/** A connection on which one request was answered, and which the client keeps. */
async function kept(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(REQUEST);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/200 OK[\s\S]*keep-alive/);
  return socket;
}

test('a request that has arrived on an idle connection, but is not read yet, is answered', async () => {
  const socket = await kept();
  const answer = text(socket);
  socket.write(REQUEST); // it is with the operating system now, and this turn of the event loop is not over
  await drain();
  expect(await answer).toMatch(/200 OK[\s\S]*served/);
});

test('a connection on which nothing comes is closed at once', async () => {
  const socket = await kept();
  const rest = text(socket);
  await drain();
  expect(await rest).toBe('');
});

test('a response under way is sent to its end, and ends its connection', async () => {
  const socket = await kept();
  const answer = text(socket);
  socket.write(REQUEST.replace('/', '/slow'));
  await once(server, 'request');
  const drained = drain();
  await until(async () => !server.listening);
  finish();
  await drained;
  expect(await answer).toMatch(/Connection: close[\s\S]*served/i);
});

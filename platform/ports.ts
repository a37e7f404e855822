import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * A port on the loopback interface that is free, and stays so until it is used: it lies below the range from which
 * systems number outgoing connections (from 32768 on Linux, from 49152 elsewhere). A port from that range can be lost
 * to any connection that is made meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (!(await isBusy(port))) return port;
  }
}

const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;

/** Whether something already listens on the port, on this address or on all addresses. */
export async function isBusy(port: number, host = '127.0.0.1'): Promise<boolean> {
  if (await answers(port, host)) return true;
  try {
    await listenOnce(port, host);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return true;
    throw error;
  }
}

/**
 * Some systems let one process listen on 127.0.0.1 while another listens on every address; one of them would get no
 * connections.
 */
function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listenOnce(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

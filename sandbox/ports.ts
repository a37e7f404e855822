import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';

/** A port on the loopback interface that is free at this moment. */
export function freePort(): Promise<number> {
  return listenOnce(0, '127.0.0.1');
}

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

/** The process that listens on a port, worded for a message, as far as `lsof` can tell. */
export function holderOf(port: number): string {
  try {
    const answer = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [pid, command] = ['p', 'c'].map((field) => new RegExp(`^${field}(.+)$`, 'm').exec(answer)?.[1]);
    return `process ${pid} (${command})`;
  } catch {
    return 'another program';
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

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}

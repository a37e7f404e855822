import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';

/** A port on the loopback interface that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return listenOnce(0, '127.0.0.1');
}

/** Whether something listens on the port already, on this address or on all. */
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

/** Who listens on a port, as far as `lsof` can tell, in words for a message. */
export function holderOf(port: number): string {
  try {
    const answer = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [pid, command] = ['p', 'c'].map((field) => new RegExp(`^${field}(.+)$`, 'm').exec(answer)?.[1]);
    return `the process ${pid} (${command})`;
  } catch {
    return 'another program';
  }
}

/** On some systems one may listen on 127.0.0.1 beside somebody who listens on every address, and would never be heard. */
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

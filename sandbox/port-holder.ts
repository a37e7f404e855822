import { execFileSync } from 'node:child_process';

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

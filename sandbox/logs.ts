import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** The last lines of a log file, for a message about the part that wrote it; '' if there is no file. */
export function lastLines(file: string, count = 15): string {
  try {
    const { size } = statSync(file);
    const start = Math.max(0, size - 16_384);
    const buffer = Buffer.alloc(size - start);
    const descriptor = openSync(file, 'r');
    readSync(descriptor, buffer, 0, buffer.length, start);
    closeSync(descriptor);
    const lines = buffer.toString('utf8').trimEnd().split('\n').slice(-count);
    return lines.map((line) => `  | ${line}`).join('\n');
  } catch {
    return '';
  }
}

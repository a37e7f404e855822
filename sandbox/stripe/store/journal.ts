/**
 * The sandbox's state on disk: one line of JSON per transaction, with every object it changed, appended before the
 * request is answered. A process killed at any moment leaves whole transactions and at most one torn last line, which
 * is ignored. At start the journal is rewritten with one line per object.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Kind, id, and the object after the change, or null if it was deleted. */
export type Change = [kind: string, id: string, after: unknown];

const CHUNK = 1 << 20;

export class Journal {
  private constructor(private readonly file: number) {}

  /** Passes every stored change to `load`, then opens the journal for new ones. */
  static open(dataDir: string, load: (change: Change) => void, everything: () => Iterable<Change>): Journal {
    mkdirSync(dataDir, { recursive: true });
    const path = join(dataDir, 'journal.ndjson');
    if (existsSync(path)) for (const line of wholeLines(path)) (JSON.parse(line) as Change[]).forEach(load);
    const compacted = `${path}.new`;
    const file = openSync(compacted, 'w');
    for (const lines of chunks(everything())) writeSync(file, lines);
    fsyncSync(file);
    renameSync(compacted, path);
    return new Journal(file);
  }

  append(changes: Change[]): void {
    writeSync(this.file, `${JSON.stringify(changes)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

function* wholeLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK);
  let rest = Buffer.alloc(0);
  for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
    rest = Buffer.concat([rest, chunk.subarray(0, size)]);
    let start = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
  closeSync(file);
}

function* chunks(changes: Iterable<Change>): Generator<string> {
  let lines = '';
  for (const change of changes) {
    lines += `${JSON.stringify([change])}\n`;
    if (lines.length > CHUNK) {
      yield lines;
      lines = '';
    }
  }
  yield lines;
}

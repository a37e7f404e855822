import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { freePort, isBusy } from '../platform/ports';

/** Writes a file atomically: a reader sees either the old content or all of the new. Only its owner can read it. */
export function writeAtOnce(file: string, content: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  renameSync(unfinished, file);
}

/** Values that are created once for a data folder and never change: keys, tokens, ports. */
export class Kept {
  private readonly values: Record<string, string>;

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.values = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  }

  /** The value with this name, created now if there is none yet. */
  once(name: string, make: () => string): string {
    return this.values[name] ?? this.keep(name, make());
  }

  /** The port with this name. It is the same as before if that is free, so that addresses in mails keep working. */
  async port(name: string, preferred?: number): Promise<number> {
    for (const port of [Number(this.values[name]), preferred]) {
      if (port && !(await isBusy(port))) return this.keepPort(name, port);
    }
    return this.keepPort(name, await freePort());
  }

  private keepPort(name: string, port: number): number | Promise<number> {
    // A port that was free a moment ago may have been given to another name since.
    if (Object.entries(this.values).some(([other, taken]) => other !== name && taken === String(port)))
      return freePort().then((next) => this.keepPort(name, next));
    this.keep(name, String(port));
    return port;
  }

  private keep(name: string, value: string): string {
    this.values[name] = value;
    writeAtOnce(this.file, `${JSON.stringify(this.values, null, 2)}\n`);
    return value;
  }
}

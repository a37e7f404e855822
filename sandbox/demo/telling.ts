import { setTimeout as pause } from 'node:timers/promises';

/** What a line of the story says, and where that is read. */
export interface Line<T> {
  read: () => Promise<T>;
  /** Whether what was read is as told. */
  is: (read: T) => boolean;
  show: (read: T) => string;
}

/** How long the system may take to become what a line tells. */
const PATIENCE_MS = 60_000;
const WIDTH = 46;

/** Prints the story as it is seen to happen. */
export class Telling {
  lines = 0;
  private chapters = 0;
  private readonly paint: (code: number, text: string) => string;

  constructor(private readonly out: NodeJS.WriteStream) {
    const colours = out.isTTY && !process.env.NO_COLOR;
    this.paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  }

  chapter(title: string): void {
    this.chapters += 1;
    this.write(`\n${this.paint(1, `${this.chapters}  ${title}`)}`);
  }

  /** Reads until it is as told, then prints what was read. @throws when it does not become so */
  async line<T>(told: string, { read, is, show }: Line<T>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(100)) {
      const seen = await read();
      if (is(seen) || Date.now() > deadline) return this.fact(told, seen, { is, show });
    }
  }

  /** Prints what was seen to happen once. @throws when it is not as told */
  fact<T>(told: string, seen: T, { is, show }: Omit<Line<T>, 'read'>): T {
    const asTold = is(seen);
    const mark = asTold ? this.paint(32, '✓') : this.paint(31, '✗');
    this.write(`   ${mark} ${told.padEnd(WIDTH)} ${show(seen)}`);
    if (!asTold) throw new Error(`This is not as told: “${told}” — ${show(seen)}`);
    this.lines += 1;
    return seen;
  }

  /** Where a person sees for themselves. */
  see(address: string): void {
    this.aside(`→ ${address}`);
  }

  aside(text: string): void {
    this.write(`     ${this.paint(2, text)}`);
  }

  write(text: string): void {
    this.out.write(`${text}\n`);
  }
}

import { setTimeout as pause } from 'node:timers/promises';

/** One step of the story: how its outcome is read, checked and printed. */
export interface Step<T> {
  read: () => Promise<T>;
  /** Whether the outcome is what the step claims. */
  is: (outcome: T) => boolean;
  show: (outcome: T) => string;
}

/** How long the system may take until the outcome is what a step claims. */
const PATIENCE_MS = 60_000;
const WIDTH = 46;

/** Prints the story while it happens, and checks every step of it. */
export class Story {
  /** How many steps have been checked. */
  steps = 0;
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

  /** Reads until the outcome is what is claimed, then prints it. @throws when that does not happen within a minute */
  async step<T>(claim: string, { read, is, show }: Step<T>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(100)) {
      const outcome = await read();
      if (is(outcome) || Date.now() > deadline) return this.check(claim, outcome, { is, show });
    }
  }

  /** Prints an outcome that is known already. @throws when it is not what is claimed */
  check<T>(claim: string, outcome: T, { is, show }: Omit<Step<T>, 'read'>): T {
    const holds = is(outcome);
    const mark = holds ? this.paint(32, '✓') : this.paint(31, '✗');
    this.write(`   ${mark} ${claim.padEnd(WIDTH)} ${show(outcome)}`);
    if (!holds) throw new Error(`Not as expected: “${claim}” — ${show(outcome)}`);
    this.steps += 1;
    return outcome;
  }

  /** Prints an address where the reader can look for themselves. */
  link(address: string): void {
    this.aside(`→ ${address}`);
  }

  aside(text: string): void {
    this.write(`     ${this.paint(2, text)}`);
  }

  write(text: string): void {
    this.out.write(`${text}\n`);
  }
}

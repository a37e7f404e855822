import type { Clock } from '../../platform/clock';

/** The most entries one process remembers; the oldest go first. */
const MOST = 10_000;

/** Texts that were remembered a short while ago, by this process alone. */
export class Recent {
  /** When each is forgotten, oldest first. */
  private readonly until = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly keptMs: number,
  ) {}

  has(text: string): boolean {
    return (this.until.get(text) ?? 0) > this.clock.now();
  }

  forget(text: string): void {
    this.until.delete(text);
  }

  add(text: string): void {
    this.until.delete(text);
    this.until.set(text, this.clock.now() + this.keptMs);
    for (const [oldest] of this.until) {
      if (this.until.size <= MOST) return;
      this.until.delete(oldest);
    }
  }
}

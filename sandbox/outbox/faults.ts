/** What is to go wrong with the next mails. */
export interface Fault {
  /** The status of the answer; absent when it is only slow. */
  status?: number | undefined;
  /** True: the mail is taken, only the answer is wrong, so the sender cannot know. */
  after?: boolean | undefined;
  /** How long the answer takes; meanwhile the same idempotency key is in use. */
  delayMs?: number | undefined;
}

/** The failures that a test has ordered, in their order. */
export class Faults {
  private pending: Fault[] = [];

  /** Replaces what is left of the earlier ones. */
  order(times: number, fault: Fault): void {
    this.pending = Array.from({ length: times }, () => fault);
  }

  next(): Fault | undefined {
    return this.pending.shift();
  }
}

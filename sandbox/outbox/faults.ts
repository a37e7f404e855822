/** How a mail goes wrong. */
export interface Fault {
  /** The HTTP status of the answer; absent for a mail that is only slow. */
  status?: number | undefined;
  /** True: the mail is accepted, but the answer says otherwise, so the sender cannot know. */
  after?: boolean | undefined;
  /** How long the answer takes, in milliseconds; meanwhile the idempotency key is in use. */
  delayMs?: number | undefined;
}

/** The faults that a test has planned for the next mails. */
export class Faults {
  private pending: Fault[] = [];

  /** Replaces any faults left over from before. */
  plan(times: number, fault: Fault): void {
    this.pending = Array.from({ length: times }, () => fault);
  }

  next(): Fault | undefined {
    return this.pending.shift();
  }
}

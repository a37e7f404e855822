/**
 * The sandbox's own time. It follows the base clock (real time unless a test supplies another), can be moved forward
 * but never back, and runs jobs as they fall due. Each job sees the moment it was due, so a session that expires
 * during a leap of a day gets the right `created` on its event.
 */
export interface BaseClock {
  now(): number;
}

interface Job {
  at: number;
  order: number;
  run: () => void;
  cancelled: boolean;
}

/** The longest sleep, in real milliseconds: a change of the base clock is noticed within this time. */
const LONGEST_NAP = 200;

export class SandboxClock {
  private readonly due: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private order = 0;
  private last = 0;
  private frozenAt: number | undefined;
  private closed = false;

  /**
   * @param offset how many milliseconds the sandbox is ahead of its base; kept across restarts
   * @param failed called with the error of a job that threw; the other jobs run all the same
   */
  constructor(
    private readonly base: BaseClock,
    public offset: number,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Milliseconds since 1970. */
  now(): number {
    this.last = Math.max(this.last, this.frozenAt ?? this.base.now() + this.offset);
    return this.last;
  }

  /** Seconds since 1970, as Stripe writes every time. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /**
   * Seconds of the base clock. Signatures carry these, because the program that checks them has not moved its clock.
   */
  baseSeconds(): number {
    return Math.floor(this.base.now() / 1000);
  }

  /** Runs a job once, when the sandbox's time reaches `at` (milliseconds). @returns a function that cancels it */
  at(at: number, run: () => void): () => void {
    const job: Job = { at, order: this.order++, run, cancelled: false };
    push(this.due, job);
    this.nap();
    return () => {
      job.cancelled = true;
    };
  }

  /** Moves the clock forward and runs everything that falls due on the way, in order. */
  advanceTo(target: number): void {
    if (target < this.now()) throw new RangeError('The sandbox clock only moves forward.');
    this.runDue(target);
    this.offset = target - this.base.now();
    this.nap();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private runDue(until: number): void {
    for (let next = this.due[0]; next !== undefined && next.at <= until; next = this.due[0]) {
      pop(this.due);
      if (next.cancelled) continue;
      this.frozenAt = Math.max(next.at, this.last);
      try {
        next.run();
      } catch (error) {
        this.failed(error);
      }
    }
    this.frozenAt = undefined;
  }

  private nap(): void {
    clearTimeout(this.timer);
    const next = this.due[0];
    if (this.closed || next === undefined) return;
    this.timer = setTimeout(
      () => {
        this.runDue(this.now());
        this.nap();
      },
      Math.max(0, Math.min(LONGEST_NAP, next.at - this.now())),
    );
  }
}

/** A binary heap by time, then by order of arrival. */
function push(heap: Job[], job: Job): void {
  let at = heap.push(job) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at] as Job, heap[parent] as Job)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function pop(heap: Job[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    let first = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && isBefore(heap[child] as Job, heap[first] as Job)) first = child;
    if (first === at) return;
    swap(heap, at, first);
    at = first;
  }
}

function isBefore(left: Job, right: Job): boolean {
  return left.at === right.at ? left.order < right.order : left.at < right.at;
}

function swap(heap: Job[], left: number, right: number): void {
  const kept = heap[left] as Job;
  heap[left] = heap[right] as Job;
  heap[right] = kept;
}

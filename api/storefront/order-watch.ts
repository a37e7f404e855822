import { withoutLogContext } from '../../platform/log-context';
import type { Logger } from '../../platform/logger';
import { untraced } from '../../platform/trace';
import type { Db } from '../../store/database';
import { readRevisions } from '../../store/orders/status';

type Listener = (revision: number) => void;

/** How often to query the database, for all streams of the process together. */
const PAUSE_MS = 500;

/**
 * Watches the revisions of orders with one query at a time, however many streams are open; queries nothing while none
 * is.
 */
export class OrderWatch {
  private readonly listeners = new Map<string, Set<Listener>>();
  private running = false;

  constructor(
    private readonly db: Db,
    private readonly log: Logger,
  ) {}

  /** Calls back with an order's revision after each query; returns a function that stops it. */
  watch(sessionId: string, listener: Listener): () => void {
    const together = this.listeners.get(sessionId) ?? new Set();
    this.listeners.set(sessionId, together.add(listener));
    // For all who listen: it is no part of the request that happens to be the first.
    if (!this.running) withoutLogContext(() => untraced(() => void this.run()));
    return () => {
      together.delete(listener);
      if (together.size === 0) this.listeners.delete(sessionId);
    };
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.listeners.size > 0) {
      await this.query().catch((error: unknown) =>
        this.log.warn({ err: error }, 'could not query the revisions of orders; trying again'),
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
    }
    this.running = false;
  }

  private async query(): Promise<void> {
    const rows = await readRevisions(this.db, { sessionIds: [...this.listeners.keys()] });
    for (const { sessionId, revision } of rows)
      for (const listener of this.listeners.get(sessionId) ?? []) listener(revision);
  }
}

import type { Logger } from '../../platform/logger';
import type { Db } from '../../store/database';

type Listener = (version: number) => void;

/** How often the database is asked, for all streams of the process together. */
const PAUSE_MS = 500;

/** Watches the versions of orders with one query at a time, however many look on; asks nothing while nobody does. */
export class OrderWatch {
  private readonly listeners = new Map<string, Set<Listener>>();
  private running = false;

  constructor(
    private readonly db: Db,
    private readonly log: Logger,
  ) {}

  /** Calls back with an order's version at each look; returns what ends that. */
  watch(sessionId: string, listener: Listener): () => void {
    const together = this.listeners.get(sessionId) ?? new Set();
    this.listeners.set(sessionId, together.add(listener));
    if (!this.running) void this.run();
    return () => {
      together.delete(listener);
      if (together.size === 0) this.listeners.delete(sessionId);
    };
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.listeners.size > 0) {
      await this.look().catch((error: unknown) =>
        this.log.warn({ err: error }, 'orders could not be watched; trying on'),
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
    }
    this.running = false;
  }

  private async look(): Promise<void> {
    const rows = await this.db.order.findMany({
      where: { sessionId: { in: [...this.listeners.keys()] } },
      select: { sessionId: true, version: true },
    });
    for (const { sessionId, version } of rows)
      for (const listener of this.listeners.get(sessionId) ?? []) listener(version);
  }
}

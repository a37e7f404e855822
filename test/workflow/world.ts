import { quietWorkers } from '../support/quiet';
import { until } from '../support/until';
import { expectLedgersToAgree } from './agreement';
import { WithOrders } from './world/orders';
import { startParts } from './world/parts';
import { replayEverything } from './world/replay';

/**
 * Everything an order meets, real but for time: PostgreSQL, Temporal with skipping time, the Stripe sandbox on the same clock, the outbox, and
 * our own workers. A test says what happens at Stripe and sees what became of the order.
 */
export class World extends WithOrders {
  /** False where a test leaves at Stripe what nothing tells of, or makes the two differ by hand: then there is nothing to add up at the end. */
  counted = true;

  /** `overrides` are environment variables. */
  static async start(overrides: Record<string, string> = {}): Promise<World> {
    quietWorkers();
    const world = new World(await startParts(overrides));
    await world.startWorkers();
    return world;
  }

  /** Ends everything, after every history this world made was replayed against the code as it is, and its money was added up. */
  async stop(): Promise<void> {
    try {
      if (this.counted) {
        if (!this.hasWorkers) await this.startWorkers();
        await expectLedgersToAgree(this);
      }
      await this.stopWorkers();
      await replayEverything(this);
    } finally {
      await this.stopWorkers();
      await this.parts.stop();
    }
  }
}

export type { Line } from './world/shop';
export { until };

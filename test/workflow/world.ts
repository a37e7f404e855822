import { reportHang, witness } from '../support/hangs';
import { quietWorkers } from '../support/quiet';
import { until } from '../support/until';
import { expectLedgersToAgree } from './agreement';
import { expectEndedToNeedNobody, expectNothingLeftUnderWay } from './at-end';
import { expectMailsToBeAboutSomething } from './mail-keys';
import { WithOrders } from './world/orders';
import { startParts } from './world/parts';
import { replayEverything } from './world/replay';
import { stateOf } from './world/state';

/** Sooner than Jest gives up on what comes after the tests of a file. */
const LATE_MS = 50_000;

/**
 * Everything an order meets, real but for time: PostgreSQL, Temporal with skipping time, the Stripe sandbox on the
 * same clock, the outbox, and our own workers. A test says what happens at Stripe and sees what became of the order.
 */
export class World extends WithOrders {
  /**
   * False where a test leaves at Stripe what nothing tells of, or makes the two differ by hand: then there is nothing
   * to add up at the end.
   */
  counted = true;

  private silent: () => void = () => {};

  /** `overrides` are environment variables. */
  static async start(overrides: Record<string, string> = {}): Promise<World> {
    quietWorkers();
    const world = new World(await startParts(overrides));
    world.silent = witness(() => stateOf(world));
    await world.startWorkers();
    return world;
  }

  /**
   * Ends everything, after every history this world made was replayed against the code as it is, its money was added
   * up, its mails were each about something, and none of its runs needs staff after its end.
   */
  async stop(): Promise<void> {
    const late = setTimeout(() => void reportHang('The end of a file of tests').then(tell), LATE_MS);
    try {
      if (this.counted) {
        if (!this.hasWorkers) await this.startWorkers();
        await expectLedgersToAgree(this);
      }
      await this.stopWorkers();
      await expectMailsToBeAboutSomething(this);
      await expectEndedToNeedNobody(this);
      await expectNothingLeftUnderWay(this);
      await replayEverything(this);
    } finally {
      clearTimeout(late);
      this.silent();
      await this.stopWorkers();
      await this.parts.stop();
    }
  }
}

const tell = (report: string | null): void => {
  if (report) console.error(report);
};

export { until };

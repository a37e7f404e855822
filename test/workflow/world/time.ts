import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

const FOLLOW_MS = 20;
/** How often it is asked whether a sleep is stuck, and how many such answers in a row make it so: a second. */
const STUCK_MS = 25;
const STUCK_TIMES = 40;

/** The clock of everything in a world: the test server's, which skips time only while a test sleeps. */
export class Time {
  private now = Date.now();
  private readonly watch: NodeJS.Timeout;
  private lastLook: Promise<void> = Promise.resolve();
  private looking = false;

  /** For the activities and the Stripe sandbox. */
  readonly clock = { now: (): number => this.now };

  /** A step that a timer led to begins when that timer fired, not when the server was last asked. */
  readonly inbound: ActivityInboundCallsInterceptor = {
    execute: async (input, next) => {
      await this.catchUp().catch(() => undefined);
      return next(input);
    },
  };

  private constructor(private readonly temporal: TestWorkflowEnvironment) {
    this.watch = setInterval(() => this.look(), FOLLOW_MS);
    this.watch.unref();
  }

  static async follow(temporal: TestWorkflowEnvironment): Promise<Time> {
    const time = new Time(temporal);
    await time.catchUp();
    return time;
  }

  /** Brings the clock to the server's. */
  async catchUp(): Promise<void> {
    this.now = Math.max(this.now, await this.temporal.currentTimeMs());
  }

  /**
   * Lets this much time pass for everybody.
   *
   * The server holds its time while a task is under way. It forgets to let go when a run is terminated during one of
   * its tasks; from then on a sleep of five minutes takes five minutes. A lock that nobody works under for a second
   * is released here.
   * @param isIdle whether no worker has anything in hand
   * @param allRest whether no run is about to give a worker something, either; asks the server
   */
  async sleep(ms: number, isIdle: () => boolean, allRest: () => Promise<boolean>): Promise<void> {
    let sleeping = true;
    const slept = this.temporal.sleep(ms).finally(() => {
      sleeping = false;
    });
    const releaseLocks = async () => {
      for (let times = 0; sleeping; ) {
        await new Promise((resolve) => setTimeout(resolve, STUCK_MS));
        times = isIdle() ? times + 1 : 0;
        if (times < STUCK_TIMES) continue;
        times = 0;
        if ((await allRest()) && sleeping) await this.temporal.connection.testService?.unlockTimeSkipping({});
      }
    };
    await Promise.race([slept, releaseLocks()]);
    await slept;
    await this.catchUp();
  }

  async stop(): Promise<void> {
    clearInterval(this.watch);
    await this.lastLook; // a call under way when its connection closes would be an unhandled rejection
  }

  private look(): void {
    if (this.looking) return;
    this.looking = true;
    this.lastLook = this.catchUp()
      .catch(() => undefined)
      .finally(() => {
        this.looking = false;
      });
  }
}

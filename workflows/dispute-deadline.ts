import { condition } from '@temporalio/workflow';
import type { DisputeFacts } from '../activities/dispute/recorded';
import type { DisputeInput } from '../messages/dispute';
import { failureOf } from './failures';
import type { FollowerSigns } from './follower-signs';
import type { Parking } from './parking';
import { databaseTask } from './steps';

const HOUR = 3_600_000;
/** Staff are reminded of the deadline this long before it, or at once if less time is left. */
const REMIND_BEFORE = 48 * HOUR;

/**
 * Mails staff when the deadline of a dispute is near, and again if the deadline moves. It also does so while Stripe
 * cannot be read: then the deadline is the one that was last recorded, even by another run.
 */
export class DeadlineWatch {
  /** The deadline that staff were last reminded of. */
  private reminded: number | null = null;

  constructor(
    private readonly input: DisputeInput,
    private readonly run: DisputeWithDeadline,
  ) {}

  /** Whether staff were reminded of the deadline that the dispute has now. */
  isReminded({ dueBy }: Pick<DisputeFacts, 'dueBy'>): boolean {
    return dueBy !== null && this.reminded === dueBy;
  }

  async watch(): Promise<void> {
    const { run } = this;
    await condition(() => run.facts !== null || run.parking.all.length > 0, HOUR, {
      summary: 'Stripe has not answered: the last known deadline counts',
    });
    while (run.facts === null && !(await this.recall()))
      await condition(() => run.facts !== null, HOUR, { summary: 'The last known deadline could not be read' });
    for (;;) {
      const { remindAt } = this;
      if (remindAt === null) await condition(() => this.remindAt !== null);
      else if (remindAt > Date.now())
        await condition(() => this.remindAt !== remindAt, remindAt - Date.now(), { summary: 'The deadline is near' });
      else this.remind();
    }
  }

  /** Takes over what was last recorded. Returns false if the database could not say. */
  private async recall(): Promise<boolean> {
    try {
      const recalled = await databaseTask.recallDispute(this.input);
      this.run.facts ??= recalled;
      return true;
    } catch (error) {
      failureOf(error); // throws on what is no failure of the activity, such as a cancelled run
      return false;
    }
  }

  /** When staff must be reminded of the deadline; null if there is none, it has passed, or they have been. */
  private get remindAt(): number | null {
    const { facts } = this.run;
    if (!facts?.needsAnswer || facts.dueBy === null || this.isReminded(facts)) return null;
    return facts.dueBy - REMIND_BEFORE;
  }

  private remind(): void {
    const { facts, signs } = this.run;
    if (!facts?.dueBy) return;
    const { sessionId, dueBy } = facts;
    this.reminded = dueBy;
    signs.mail(sessionId, { template: 'dispute_deadline', ref: this.input.disputeId, episode: dueBy });
    this.run.show();
  }
}

/** What the watch needs of the run that follows the dispute. */
interface DisputeWithDeadline {
  /** Null before it was read. */
  facts: DisputeFacts | null;
  readonly parking: Pick<Parking<string>, 'all'>;
  readonly signs: Pick<FollowerSigns<string>, 'mail'>;
  /** Shows the run anew. */
  show(): void;
}

import type { SessionId } from '../domain/ids';
import type { Parked, Parking, Signs } from './parking';
import { slowDatabase } from './steps';
import { mail } from './tell';

/**
 * How staff learn that what follows a refund, a dispute or a notice is parked: in the Temporal UI, and where its order
 * is known, on the order and by one mail for each time that it parks.
 */
export class FollowerSigns<Step extends string> implements Signs<Step> {
  private sessionId: SessionId | null = null;
  private mailing: Promise<void> = Promise.resolve();

  /** @param id Stripe's id of what is followed */
  constructor(
    private readonly id: string,
    readonly show: () => void,
  ) {}

  async raise({ reason }: Parked<Step>): Promise<void> {
    this.sessionId = await slowDatabase.raiseFollowed({ id: this.id, reason });
  }

  async lower(): Promise<void> {
    await slowDatabase.lowerFollowed({ id: this.id });
  }

  call(_: Parked<Step>, since: number): void {
    if (this.sessionId === null) return;
    const request = { template: 'attention_needed', ref: `${this.id}-${since}` } as const;
    const before = this.mailing;
    this.mailing = mail(this.sessionId, request).then(() => before);
  }

  /** Resolves once the order's flag is right, and every mail to staff is sent or given up. */
  async told(parking: Parking<Step>): Promise<void> {
    await parking.flagged;
    await this.mailing;
  }
}

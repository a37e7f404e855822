import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/request';
import { FOLLOW } from '../domain/calls';
import type { SessionId } from '../domain/ids';
import type { Parked, Parking, Signs } from './parking';
import { slowDatabase } from './steps';
import { mail } from './tell';

/**
 * How staff and customers learn of what follows a refund, a dispute or a notice. Staff see a parked step in the
 * Temporal UI, and where its order is known, on the order and by one mail for each time that it parks.
 */
export class FollowerSigns<Step extends string> implements Signs<Step> {
  private sessionId: SessionId | null = null;
  private mailsUnderWay = 0;

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
    if (this.sessionId !== null)
      this.mail(this.sessionId, { template: 'attention_needed', step: FOLLOW, ref: this.id, episode: since });
  }

  /** Sends mails in the background: one that is stuck must keep nothing from the order. */
  mail(sessionId: SessionId, ...mails: MailRequest[]): void {
    this.mailsUnderWay++;
    void mail(sessionId, ...mails).finally(() => this.mailsUnderWay--);
  }

  /**
   * Waits until the order's flag is right, every mail is sent or given up, and every update is answered: then the run
   * may end. Returns false as soon as `changed` says that there is something new to read.
   */
  async told(parking: Parking<Step>, changed: () => boolean): Promise<boolean> {
    await parking.flagged;
    await condition(() => changed() || this.mailsUnderWay === 0);
    if (!changed()) await condition(allHandlersFinished);
    return !changed();
  }
}

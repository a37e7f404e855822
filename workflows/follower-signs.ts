import { allHandlersFinished, condition, patched } from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/request';
import { FOLLOW } from '../domain/calls';
import type { SessionId } from '../domain/ids';
import { mailKey } from '../domain/mail';
import type { Parked, Parking, Signs } from './parking';
import { slowDatabase } from './steps';
import { mail, notifyOrder } from './tell';

/** Runs from before this patch leave it to whatever changes the order next that it shows their mails. */
const SHOWN = 'order-shows-mails-of-followers';
/** Runs from before this patch end without taking back a flag, if what they follow is of no order. */
const FLAG_FIRST = 'flag-is-taken-back-first';

/**
 * How staff and customers learn of what follows a refund, a dispute or a notice. Staff see a parked step in the
 * Temporal UI, and where its order is known, on the order and by one mail for each time that it parks.
 */
export class FollowerSigns<Step extends string> implements Signs<Step> {
  /** False once the order is known to have ended: nobody is left to tell, and all of it is in the database. */
  orderRuns = true;
  private sessionId: SessionId | null = null;
  private mailsUnderWay = 0;
  /** The keys of mails that have gone out, and that the order was told of. */
  private readonly shown = new Set<string>();

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

  /** Signals the order that it has changed. Returns whether it runs. */
  async notifyOrder(sessionId: SessionId): Promise<boolean> {
    this.orderRuns = await notifyOrder(sessionId);
    return this.orderRuns;
  }

  /** Sends mails in the background: one that is stuck must keep nothing from the order. */
  mail(sessionId: SessionId, ...mails: MailRequest[]): void {
    this.mailsUnderWay++;
    void this.sendAndShow(sessionId, mails).finally(() => this.mailsUnderWay--);
  }

  /** The order lists its mails: it is told once they are out, and not again for those that it knows of. */
  private async sendAndShow(sessionId: SessionId, mails: MailRequest[]): Promise<void> {
    const sent = await mail(sessionId, ...mails);
    const keys = mails.map((request) => mailKey(sessionId, request));
    const isShown = keys.every((key) => this.shown.has(key));
    if (sent === 'given-up' || isShown || !this.orderRuns || !patched(SHOWN)) return;
    await notifyOrder(sessionId);
    if (sent === 'sent') for (const key of keys) this.shown.add(key);
  }

  /**
   * There is nothing to follow: the run may end once its flag is taken back and every update is answered. What is under
   * way when a run ends is never done.
   */
  async ofNoOrder(parking: Parking<Step>): Promise<void> {
    if (!parking.isFlagged && patched(FLAG_FIRST)) await parking.flagged;
    await condition(allHandlersFinished);
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

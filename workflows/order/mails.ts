import type { MailRequest } from '../../activities/mail/send';
import type { SessionId } from '../../domain/ids';
import { reasonOf } from '../failures';
import { post, slowDatabase } from '../steps';

/** A mail is tried for an hour at a time, a day in all. */
const TURNS = 24;

/** The mails of an order, beside it: they never hold anything up, and one that is stuck is in sight of staff. */
export class Mails {
  private underWay = 0;

  constructor(
    private readonly sessionId: SessionId,
    /** `stuck` waits for staff or a while; `givenUp` is told once. */
    private readonly on: { stuck(reason: string): Promise<void>; givenUp(reason: string): void },
  ) {}

  /** Sends the mails of one turn, the customer's and staff's, in one activity. */
  send(mails: MailRequest[]): void {
    this.underWay++;
    void this.sendOrGiveUp(mails).finally(() => this.underWay--);
  }

  /** Whether every mail is sent or given up. */
  get allOut(): boolean {
    return this.underWay === 0;
  }

  private async sendOrGiveUp(mails: MailRequest[]): Promise<void> {
    const { sessionId } = this;
    const summary = mails.map(({ template }) => template).join(', ');
    for (let turn = 1; ; turn++) {
      try {
        return await post.sendMails.executeWithOptions({ summary }, [{ sessionId, mails }]);
      } catch (error) {
        const { reason, passing } = reasonOf(error);
        if (passing && turn < TURNS) await this.on.stuck(reason);
        else {
          await slowDatabase.giveUpMails({ sessionId, mails });
          return this.on.givenUp(reason);
        }
      }
    }
  }
}

import type { MailRequest } from '../../activities/mail/request';
import type { SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import type { MailProgress, MailState } from '../../domain/order-snapshot';
import { failureOf } from '../failures';
import type { Parking } from '../parking';
import { post, slowDatabase } from '../steps';

/** A mail is tried for an hour at a time, for a day in total. */
const TURNS = 24;

/** The mails of an order. They are sent in the background and never delay it. A stuck mail is shown to staff. */
export class Mails {
  private underWay = 0;
  private readonly progress = new Map<string, MailProgress>();

  /** @param onProgress hears of all mails of this run whenever one got on */
  constructor(
    private readonly sessionId: SessionId,
    private readonly parking: Parking,
    private readonly onGivenUp: (reason: string, unreached: string | null) => void,
    private readonly onProgress: (mails: readonly MailProgress[]) => void = () => undefined,
  ) {}

  /**
   * Sends the mails of one turn, to customer and staff, in one activity. The run ends only once they are sent or
   * given up.
   */
  send(...mails: MailRequest[]): void {
    if (mails.length === 0) return;
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
    this.note(mails, () => 'under_way');
    try {
      const notSent = await this.parking.untilDone(
        'mail',
        () => post.sendMails.executeWithOptions({ summary }, [{ sessionId, mails }]),
        {
          quietTries: 0,
          giveUp: ({ passing }, turns) => !passing || turns >= TURNS,
        },
      );
      this.note(mails, (key) => {
        if (notSent?.waiting.includes(key)) return 'waiting';
        return notSent?.unsent.includes(key) ? 'unsent' : 'sent';
      });
    } catch (error) {
      const { reason, passing } = failureOf(error);
      const unreached = await slowDatabase.giveUpMails({ sessionId, mails, lost: passing });
      this.forget(mails); // some may be sent: the database knows, and is read again
      this.onGivenUp(reason, unreached);
    }
  }

  private note(mails: MailRequest[], stateOf: (key: string) => MailState): void {
    const at = Date.now();
    for (const mail of mails) {
      const key = mailKey(this.sessionId, mail);
      this.progress.set(key, { key, template: mail.template, state: stateOf(key), at });
    }
    this.onProgress([...this.progress.values()]);
  }

  private forget(mails: MailRequest[]): void {
    for (const mail of mails) this.progress.delete(mailKey(this.sessionId, mail));
    this.onProgress([...this.progress.values()]);
  }
}

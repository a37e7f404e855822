import { ApplicationFailure } from '@temporalio/common';
import type { SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import type { MailOutcome } from '../../domain/mail-outcome';
import { TEMPLATES, type Template } from '../../emails';
import { MailError } from '../../platform/mailer';
import { isRaised, openAlarms } from '../../store/alarms/alarms';
import { giveUpMails } from '../../store/mails/given-up';
import { markMails, readTurn, type WrittenMail } from '../../store/mails/turn';
import { letMailsWait } from '../../store/mails/waiting';
import { readUnreached } from '../../store/orders/records';
import type { Deps } from '../deps';
import { deliver, sentMessage } from './deliver';
import { type FailedMail, failedMail, isFailed } from './failed';
import type { KeyedRequest, MailRequest } from './request';
import { mailWriter } from './write';

export interface MailsOfOneTurn {
  sessionId: SessionId;
  mails: MailRequest[];
}

/** The keys of mails that wait until the provider takes mails again, and of those that need not or cannot be sent. */
export interface NotSent {
  waiting: string[];
  unsent: string[];
}

/**
 * Activities that send the mails of an order. Each mail is sent once: its row is written before and marked afterwards,
 * and a retry sends exactly the bytes of the row.
 */
export const email = (deps: Deps) => {
  const { db, clock, metrics } = deps;
  const write = mailWriter(deps);

  return {
    /**
     * Sends the mails of one turn, to customer and staff. A mail that fails does not delay the others. Those that are
     * refused because every mail is now wait in the database and go out by themselves (`sendWaitingMails`). Afterwards
     * throws once for all others that were not accepted: `mail_failed` if a retry can help, otherwise `mail_refused`
     * (not retryable), with codes only.
     * @returns the keys of those that are not sent; nothing if all are
     */
    async sendMails({ sessionId, mails }: MailsOfOneTurn): Promise<NotSent | undefined> {
      const requests = mails.map((request) => ({ ...request, key: mailKey(sessionId, request) }));
      const turn = await readTurn(db, { sessionId, keys: requests.map(({ key }) => key) });
      const unwritten = requests.filter(({ key }) => turn.mails.every((mail) => mail.key !== key));
      const { written, failed } = await write(sessionId, unwritten, turn.order);

      const toSend = [...turn.mails, ...written].filter(({ status, nextTryAt }) => status === 'WRITTEN' && !nextTryAt);
      const onPurpose = new Set(requests.filter(({ again }) => again !== undefined).map(({ key }) => key));
      const returned = (mail: WrittenMail) => (onPurpose.has(mail.key) ? null : (turn.order?.returned ?? null));
      const tried = await Promise.all(toSend.map((mail) => send(mail, returned(mail))));
      await mark(sessionId, tried);
      if (turn.order?.paidAt) timeConfirmation(turn.order.paidAt, tried.filter(isSent), onPurpose);
      const refused = tried.filter(isFailed);
      const ownFault = await letWait(sessionId, refused);
      await settle(sessionId, [...failed, ...ownFault]);
      return notSent(requests, { ...turn, written, refused });
    },

    /**
     * Marks unsent mails as given up, once the workflow has waited long enough. The order shows it to staff.
     * @param lost nothing is wrong with the mails: neither the provider nor anything here took them for a day
     * @returns why the customer is not reached now; null if they are
     */
    async giveUpMails({ sessionId, mails, lost = false }: MailsOfOneTurn & { lost?: boolean }): Promise<string | null> {
      const keyed = mails.map((request) => ({ key: mailKey(sessionId, request), template: request.template }));
      await giveUp(sessionId, keyed, lost);
      return (await readUnreached(db, sessionId))?.reason ?? null;
    },
  };

  /** @param returned why no mail goes to the customer's address */
  async function send(mail: WrittenMail, returned: MailOutcome | null): Promise<Sent | FailedMail> {
    const template = mail.template as Template;
    try {
      if (returned !== null && mail.audience === 'CUSTOMER')
        throw new MailError(`address_${returned.toLowerCase()}`, 'thing');
      return { key: mail.key, template, providerId: await deliver(deps, mail) };
    } catch (error) {
      return failedMail({ key: mail.key, template }, error);
    }
  }

  /** Times the confirmation of a paid order, unless staff have asked for it again. */
  function timeConfirmation(paidAt: Date, sent: Sent[], onPurpose: ReadonlySet<string>): void {
    const isFirst = sent.some(({ key, template }) => template === 'order_confirmation' && !onPurpose.has(key));
    if (isFirst) metrics.paidToMailed.observe(Math.max(0, clock.now() - paidAt.getTime()) / 1000);
  }

  async function mark(sessionId: SessionId, tried: (Sent | FailedMail)[]): Promise<void> {
    if (tried.length === 0) return;
    try {
      await markTogether(sessionId, tried);
    } catch (error) {
      if (tried.length === 1) throw error;
      // One row that cannot be written must not make the others go out again.
      const marked = await Promise.allSettled(tried.map((one) => markTogether(sessionId, [one])));
      const failed = marked.find(({ status }) => status === 'rejected');
      if (failed) throw (failed as PromiseRejectedResult).reason;
    }
  }

  async function markTogether(sessionId: SessionId, tried: (Sent | FailedMail)[]): Promise<void> {
    await markMails(db, {
      sessionId,
      sent: tried
        .filter(isSent)
        .map(({ key, template, providerId }) => ({ key, providerId, message: sentMessage(template) })),
      failed: tried.filter(isFailed).map(({ key, code }) => ({ key, error: code })),
      at: new Date(clock.now()),
    });
  }

  /** Lets those mails wait that are refused because every mail is. Returns the others. */
  async function letWait(sessionId: SessionId, failed: FailedMail[]): Promise<FailedMail[]> {
    if (failed.every(({ cause }) => !cause)) return failed;
    const at = new Date(clock.now());
    const raised = (await openAlarms(db)).filter((alarm) => isRaised(alarm, at));
    const waits = ({ cause }: FailedMail) => raised.some((alarm) => alarm.cause === cause);
    const mails = failed
      .filter(waits)
      .map(({ key, template, code }) => ({ key, title: TEMPLATES[template].title, code }));
    await letMailsWait(db, { sessionId, mails, at });
    return failed.filter((one) => !waits(one));
  }

  /**
   * Throws for mails that were not accepted. Mails refused for good are given up only once nothing else is left to
   * retry, because every retry sends them again.
   */
  async function settle(sessionId: SessionId, failed: FailedMail[]): Promise<void> {
    if (failed.length === 0) return;
    const passing = failed.filter(({ retryable }) => retryable);
    if (passing.length === 0) await giveUp(sessionId, failed);
    const wait = Math.max(0, ...failed.map(({ retryAfterMs }) => retryAfterMs ?? 0));
    throw ApplicationFailure.create({
      type: passing.length > 0 ? 'mail_failed' : 'mail_refused',
      message: `Not taken: ${failed.map(({ template, code }) => `${template} (${code})`).join(', ')}`,
      nonRetryable: passing.length === 0,
      ...(wait > 0 && { nextRetryDelay: Math.min(wait, LONGEST_WAIT_MS) }),
    });
  }

  async function giveUp(
    sessionId: SessionId,
    mails: Pick<FailedMail, 'key' | 'template'>[],
    lost = false,
  ): Promise<void> {
    await giveUpMails(db, {
      ...{ sessionId, lost },
      mails: mails.map(({ key, template }) => ({ key, title: TEMPLATES[template].title })),
      at: new Date(clock.now()),
    });
  }
};

/** Of the mails of a turn that did not fail, those that are not sent. */
function notSent(
  requests: KeyedRequest[],
  { mails, written, refused }: { mails: WrittenMail[]; written: WrittenMail[]; refused: FailedMail[] },
): NotSent | undefined {
  const rows = [...mails, ...written];
  const waited = mails.filter(({ status, nextTryAt }) => status === 'WRITTEN' && nextTryAt);
  const waiting = [...waited, ...refused].map(({ key }) => key);
  const unsent = requests.map(({ key }) => key).filter((key) => rows.every((row) => row.key !== key));
  return waiting.length + unsent.length > 0 ? { waiting, unsent } : undefined;
}

/** The longest wait between retries, even if the provider asks for more: a quota may be raised meanwhile. */
const LONGEST_WAIT_MS = 600_000;

interface Sent {
  key: string;
  template: Template;
  providerId: string | null;
}

const isSent = (one: object): one is Sent => 'providerId' in one;

import { createHmac } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { type AccountCause, MAIL_CAUSES } from '../../domain/fault';
import type { SessionId } from '../../domain/ids';
import { compose, TEMPLATES, type Template } from '../../emails';
import { MailError } from '../../platform/mailer';
import { isRaised, openAlarms } from '../../store/alarms/alarms';
import { mayRemind } from '../../store/limits/reminders';
import { giveUpMails } from '../../store/mails/given-up';
import type { OrderForMail } from '../../store/mails/order';
import { markMails, readTurn, type WrittenMail, writeMails } from '../../store/mails/turn';
import { letMailsWait } from '../../store/mails/waiting';
import { readUnreached } from '../../store/orders/records';
import type { Deps } from '../deps';
import { toFailure } from '../failures';
import { factsOf } from './facts';

/** A mail to be sent about an order. Its text is made from the database; only codes and ids travel. */
export interface MailRequest {
  template: Template;
  /**
   * The shipment, refund, or parked step with its time that the mail is about. Absent for mails sent once per order.
   */
  ref?: string;
  /** The key of a request by staff to send it again. That mail has its own row and key. */
  again?: string;
}

export interface MailsOfOneTurn {
  sessionId: SessionId;
  mails: MailRequest[];
}

/** The key of a mail: of its row, at Resend, and for its Message-ID. */
export const mailKey = (sessionId: SessionId, { template, ref, again }: MailRequest): string =>
  [template, sessionId, ...(ref ? [ref] : []), ...(again ? ['again', again] : [])].join('/');

/**
 * Activities that send the mails of an order. Each mail is sent once: its row is written before and marked afterwards,
 * and a retry sends exactly the bytes of the row.
 */
export const email = (deps: Deps) => {
  const { db, mailer, clock, env, watch } = deps;

  return {
    /**
     * Sends the mails of one turn, to customer and staff. A mail that fails does not delay the others. Those that are
     * refused because every mail is now wait in the database and go out by themselves (`sendWaitingMails`). Afterwards
     * throws once for all others that were not accepted: `mail_failed` if a retry can help, otherwise `mail_refused`
     * (not retryable), with codes only.
     */
    async sendMails({ sessionId, mails }: MailsOfOneTurn): Promise<void> {
      const requests = mails.map((request) => ({ ...request, key: mailKey(sessionId, request) }));
      const turn = await readTurn(db, { sessionId, keys: requests.map(({ key }) => key) });
      const unwritten = requests.filter(({ key }) => turn.mails.every((mail) => mail.key !== key));
      const { written, failed } = await write(sessionId, unwritten, turn.order);

      const unsent = [...turn.mails, ...written].filter(({ status, nextTryAt }) => status === 'WRITTEN' && !nextTryAt);
      const tried = await Promise.all(unsent.map(send));
      await mark(sessionId, tried);
      const ownFault = await letWait(sessionId, tried.filter(isFailed));
      await settle(sessionId, [...failed, ...ownFault]);
    },

    /**
     * Marks unsent mails as given up, once the workflow has waited long enough. The timeline shows it to staff.
     * @returns why the customer is not reached now; null if they are
     */
    async giveUpMails({ sessionId, mails }: MailsOfOneTurn): Promise<string | null> {
      await giveUp(
        sessionId,
        mails.map((request) => ({ key: mailKey(sessionId, request), template: request.template })),
      );
      return (await readUnreached(db, sessionId))?.reason ?? null;
    },
  };

  /**
   * Writes the rows of mails, or finds those that another run has just written. Mails that cannot be written are
   * returned as failed.
   */
  async function write(
    sessionId: SessionId,
    requests: KeyedRequest[],
    order: OrderForMail | null,
  ): Promise<{ written: WrittenMail[]; failed: Failed[] }> {
    const composed = await Promise.all(
      requests.map(async (request) => ({ request, made: await limited(request, composeMail(request, order)) })),
    );
    const failed = composed.flatMap(({ made }) => (isFailed(made) ? [made] : []));
    const writable = composed.filter(({ made }) => !isFailed(made));
    if (writable.length === 0) return { written: [], failed };
    try {
      return {
        written: await writeRows(
          sessionId,
          writable.map(({ made }) => made),
          order,
        ),
        failed,
      };
    } catch (error) {
      if (writable.length === 1)
        return { written: [], failed: [...failed, ...writable.map(({ request }) => failure(request, error))] };
    }
    // One row that cannot be written must not keep the others from going out.
    const apart = await Promise.all(writable.map(({ request }) => write(sessionId, [request], order)));
    return {
      written: apart.flatMap(({ written }) => written),
      failed: [...failed, ...apart.flatMap((one) => one.failed)],
    };
  }

  async function writeRows(
    sessionId: SessionId,
    composed: Composition[],
    order: OrderForMail | null,
  ): Promise<WrittenMail[]> {
    const written = await writeMails(db, {
      sessionId,
      mails: composed.flatMap((one) => ('mail' in one ? [one.mail] : [])),
      unsent: composed.flatMap((one) => ('unsent' in one ? [one.unsent] : [])),
      wasErased: order?.customer?.erased ?? false,
      at: new Date(clock.now()),
    });
    if (written === null) throw new MailError('erased_meanwhile', 'moment');
    return written;
  }

  /**
   * A composed mail; or why it is not sent (no address, or it is no longer true); or what failed.
   */
  function composeMail({ key, template, ref }: KeyedRequest, order: OrderForMail | null): Composition {
    try {
      if (order === null) throw new MailError('order_not_written', 'moment');
      const { audience, title } = TEMPLATES[template];
      const recipient = audience === 'staff' ? env.STAFF_EMAIL : order.customer?.email;
      const composed = recipient ? compose(template, factsOf(deps, order, ref ?? null)) : null;
      if (recipient && composed)
        return {
          mail: {
            ...{ key, template, recipient, ...composed },
            audience: audience === 'staff' ? 'STAFF' : 'CUSTOMER',
            orderNumber: order.number,
          },
        };
      const why = recipient ? 'it was no longer true' : 'no e-mail address is known';
      return { unsent: { key: `mail/${key}/unsent`, message: `${title} not sent: ${why}` } };
    } catch (error) {
      return failure({ key, template }, error);
    }
  }

  /** An address that nobody has confirmed gets only a few mails about expired checkouts a day. */
  async function limited({ key, template }: KeyedRequest, made: Composition): Promise<Composition> {
    if (template !== 'checkout_expired' || !('mail' in made)) return made;
    const address = createHmac('sha256', env.SIGNING_SECRET).update(`address\n${made.mail.recipient.toLowerCase()}`);
    const reminder = { address: address.digest('base64url'), at: new Date(clock.now()) };
    if (await mayRemind(db, reminder)) return made;
    const message = `${TEMPLATES[template].title} not sent: this address has had enough of them today`;
    return { unsent: { key: `mail/${key}/unsent`, message } };
  }

  async function send(mail: WrittenMail): Promise<Sent | Failed> {
    const { key, recipient, subject, html, text, orderNumber } = mail;
    const template = mail.template as Template;
    const tags = { template, ...(orderNumber && { order: orderNumber }) };
    try {
      const { id } = await mailer.send({ key, to: recipient, subject, html, text, tags });
      watch.worked(MAIL_CAUSES);
      return { key, template, providerId: id };
    } catch (error) {
      return failure({ key, template }, error);
    }
  }

  async function mark(sessionId: SessionId, tried: (Sent | Failed)[]): Promise<void> {
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

  async function markTogether(sessionId: SessionId, tried: (Sent | Failed)[]): Promise<void> {
    await markMails(db, {
      sessionId,
      sent: tried.filter(isSent).map(({ key, template, providerId }) => {
        const { audience, title } = TEMPLATES[template];
        return { key, providerId, message: `${title} sent to ${audience === 'staff' ? 'staff' : 'the customer'}` };
      }),
      failed: tried.filter(isFailed).map(({ key, code }) => ({ key, error: code })),
      at: new Date(clock.now()),
    });
  }

  /** Lets those mails wait that are refused because every mail is. Returns the others. */
  async function letWait(sessionId: SessionId, failed: Failed[]): Promise<Failed[]> {
    const causes = [...new Set(failed.flatMap(({ cause }) => cause ?? []))];
    if (causes.length === 0) return failed;
    for (const cause of causes) await watch.refused(cause);
    const at = new Date(clock.now());
    const raised = (await openAlarms(db)).filter((alarm) => isRaised(alarm, at));
    const waits = ({ cause }: Failed) => raised.some((alarm) => alarm.cause === cause);
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
  async function settle(sessionId: SessionId, failed: Failed[]): Promise<void> {
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

  async function giveUp(sessionId: SessionId, mails: Pick<Failed, 'key' | 'template'>[]): Promise<void> {
    await giveUpMails(db, {
      sessionId,
      mails: mails.map(({ key, template }) => ({ key, title: TEMPLATES[template].title })),
      at: new Date(clock.now()),
    });
  }
};

/** The longest wait between retries, even if the provider asks for more: a quota may be raised meanwhile. */
const LONGEST_WAIT_MS = 600_000;

type KeyedRequest = MailRequest & { key: string };
type Composition =
  | { mail: Omit<WrittenMail, 'status' | 'nextTryAt'> }
  | { unsent: { key: string; message: string } }
  | Failed;

interface Sent {
  key: string;
  template: Template;
  providerId: string;
}

interface Failed {
  key: string;
  template: Template;
  code: string;
  retryable: boolean;
  retryAfterMs?: number | undefined;
  /** What refuses every mail. */
  cause?: AccountCause | null;
}

const isFailed = (one: object): one is Failed => 'code' in one;
const isSent = (one: object): one is Sent => 'providerId' in one;

/** Turns any error into a code that is safe in a history and in the mail's row. */
function failure({ key, template }: Pick<Failed, 'key' | 'template'>, error: unknown): Failed {
  const mail = { key, template };
  if (error instanceof MailError) {
    const { code, fault, accountCause: cause, retryAfterMs } = error;
    return { ...mail, code, retryable: fault !== 'thing', retryAfterMs, cause };
  }
  const { type, message } = toFailure(error);
  return { ...mail, code: `${type}: ${message}`, retryable: true };
}

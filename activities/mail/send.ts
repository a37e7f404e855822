import { ApplicationFailure } from '@temporalio/common';
import type { SessionId } from '../../domain/ids';
import { compose, TEMPLATES, type Template } from '../../emails';
import { MailError } from '../../platform/mailer';
import type { Mail } from '../../prisma/generated/client';
import { note } from '../../store/orders/records';
import type { Deps } from '../deps';
import { toFailure } from '../failures';
import { callForContact, reachedAgain } from './contact';
import { factsOf, type OrderToTell, readOrder } from './facts';

/** A mail to be sent about an order. Its text is made from the database; only codes and ids travel. */
export interface MailRequest {
  template: Template;
  /** Which of several: a shipment's id, a refund's, a step and since when. Absent for what happens once an order. */
  ref?: string;
  /** The key of a request of staff's to send it again: it has a row and a key of its own. */
  again?: string;
}

export interface MailsOfOneTurn {
  sessionId: SessionId;
  mails: MailRequest[];
}

/** The key of a mail: of its row, at Resend, and of its Message-ID. */
export const mailKey = (sessionId: SessionId, { template, ref, again }: MailRequest): string =>
  [template, sessionId, ...(ref ? [ref] : []), ...(again ? ['again', again] : [])].join('/');

/** The mails of an order. Each goes once: a row is written before and marked after, and another try sends the row's very bytes. */
export const email = (deps: Deps) => {
  const { db, mailer, clock, env } = deps;

  return {
    /**
     * Sends the mails of one turn, the customer's and staff's, each on its own: one that fails keeps none of the others back. Then throws
     * once for all that were not taken: `mail_failed` while another try can help, else `mail_refused` (not retryable), with codes alone.
     */
    async sendMails({ sessionId, mails }: MailsOfOneTurn): Promise<void> {
      const keys = mails.map((request) => mailKey(sessionId, request));
      const known = new Map((await db.mail.findMany({ where: { key: { in: keys } } })).map((row) => [row.key, row]));
      const unwritten = keys.some((key) => !known.has(key));
      const order = unwritten ? await readOrder(deps, sessionId) : null;

      const failures = await Promise.all(
        mails.map(async (request): Promise<Failed | null> => {
          const key = mailKey(sessionId, request);
          try {
            const mail = known.get(key) ?? (await writeDown(key, sessionId, request, order));
            if (mail?.status === 'WRITTEN') await send(mail);
            return null;
          } catch (error) {
            return { key, template: request.template, ...describe(error) };
          }
        }),
      );
      await settle(
        sessionId,
        failures.filter((failed) => failed !== null),
      );
    },

    /** Marks what has not gone out as given up, once the workflow has waited long enough; staff find it on the timeline. */
    async giveUpMails({ sessionId, mails }: MailsOfOneTurn): Promise<void> {
      await giveUp(
        sessionId,
        mails.map((request) => ({ key: mailKey(sessionId, request), template: request.template })),
      );
    },
  };

  /** Writes the mail's row, or finds the one another run has just written. Null: there is nobody to write to, or nothing to say any more. */
  async function writeDown(
    key: string,
    sessionId: SessionId,
    { template, ref }: MailRequest,
    order: OrderToTell | null,
  ): Promise<Mail | null> {
    if (order === null) throw new MailError('order_not_written', true);
    const { audience, title } = TEMPLATES[template];
    const recipient = audience === 'staff' ? env.STAFF_EMAIL : order.customer?.email;
    const composed = recipient ? compose(template, factsOf(deps, order, ref ?? null)) : null;
    if (!recipient || !composed) {
      const why = recipient ? 'it was no longer true' : 'no e-mail address is known';
      await tell(sessionId, `mail/${key}/unsent`, `${title} not sent: ${why}`);
      return null;
    }
    const row = {
      ...{ key, template, sessionId, orderNumber: order.number, recipient, ...composed },
      audience: audience === 'staff' ? ('STAFF' as const) : ('CUSTOMER' as const),
    };
    await db.$transaction(async (tx) => {
      // Erased since it was read: nothing of the customer may be written down any more. The lock makes one wait for the other.
      const [customer] = await tx.$queryRaw<{ erased: boolean }[]>`
        SELECT erased_at IS NOT NULL AS erased FROM customers WHERE session_id = ${sessionId} FOR SHARE`;
      if (customer?.erased && !order.customer?.erasedAt) throw new MailError('erased_meanwhile', true);
      await tx.mail.createMany({
        data: { ...row, status: 'WRITTEN', createdAt: new Date(clock.now()) },
        skipDuplicates: true,
      });
    });
    return db.mail.findUniqueOrThrow({ where: { key } });
  }

  async function send({ key, recipient, subject, html, text, template, orderNumber, sessionId }: Mail): Promise<void> {
    const tags = { template, ...(orderNumber && { order: orderNumber }) };
    try {
      const { id } = await mailer.send({ key, to: recipient, subject, html, text, tags });
      await markSent(key, id, sessionId as SessionId, template as Template);
    } catch (error) {
      const { code } = describe(error);
      await db.mail.updateMany({
        where: { key, status: 'WRITTEN' },
        data: { attempts: { increment: 1 }, lastError: code },
      });
      throw error;
    }
  }

  async function markSent(key: string, providerId: string, sessionId: SessionId, template: Template): Promise<void> {
    const at = new Date(clock.now());
    const { audience, title } = TEMPLATES[template];
    await db.$transaction(async (tx) => {
      const { count } = await tx.mail.updateMany({
        where: { key, status: { not: 'SENT' } },
        data: { status: 'SENT', attempts: { increment: 1 }, providerId, sentAt: at, lastError: null },
      });
      if (count === 0) return;
      const message = `${title} sent to ${audience === 'staff' ? 'staff' : 'the customer'}`;
      await note(tx, sessionId, at, { type: 'mail', message, actor: 'holdfast', key: `mail/${key}` });
      if (audience === 'customer') await reachedAgain(tx, sessionId, at);
    });
  }

  /** Throws for what was not taken. What was refused for good is given up only when nothing else is left to try: every try asks again. */
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

  async function giveUp(sessionId: SessionId, mails: { key: string; template: Template }[]): Promise<void> {
    for (const { key, template } of mails) {
      const unsent = { key, status: 'WRITTEN' as const };
      const { count } = await db.mail.updateMany({ where: unsent, data: { status: 'GIVEN_UP' } });
      if (count === 0) continue;
      const { lastError } = await db.mail.findUniqueOrThrow({ where: { key } });
      const { audience, title } = TEMPLATES[template];
      const why = `${title} given up: ${lastError ?? 'never tried'}`;
      await tell(sessionId, `mail/${key}/given-up`, why);
      if (audience === 'customer') await callForContact(deps, sessionId, why);
    }
  }

  async function tell(sessionId: SessionId, key: string, message: string): Promise<void> {
    await note(db, sessionId, new Date(clock.now()), { type: 'mail', message, actor: 'holdfast', key });
  }
};

/** A provider that asks for more is asked again all the same: a quota may be raised meanwhile. */
const LONGEST_WAIT_MS = 600_000;

interface Failed {
  key: string;
  template: Template;
  code: string;
  retryable: boolean;
  retryAfterMs?: number | undefined;
}

/** Any error as a code that may stand in a history and in the mail's row. */
function describe(error: unknown): Pick<Failed, 'code' | 'retryable' | 'retryAfterMs'> {
  if (error instanceof MailError) {
    const { code, retryable, retryAfterMs } = error;
    return { code, retryable, retryAfterMs };
  }
  const { type, message } = toFailure(error);
  return { code: `${type}: ${message}`, retryable: true };
}

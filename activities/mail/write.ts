import { createHmac } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { compose, TEMPLATES } from '../../emails';
import { MailError } from '../../platform/mailer';
import { mayRemind } from '../../store/limits/reminders';
import type { OrderForMail } from '../../store/mails/order';
import { type WrittenMail, writeMails } from '../../store/mails/turn';
import type { Deps } from '../deps';
import { factsOf } from './facts';
import { type FailedMail, failedMail, isFailed } from './failed';
import type { KeyedRequest } from './request';

/** Composes the mails of a turn, and writes them before they are sent. */
export const mailWriter = (deps: Deps) => {
  const { db, clock, env } = deps;
  return write;

  /**
   * Writes the rows of mails, or finds those that another run has just written. Mails that cannot be written are
   * returned as failed.
   */
  async function write(
    sessionId: SessionId,
    requests: KeyedRequest[],
    order: OrderForMail | null,
  ): Promise<{ written: WrittenMail[]; failed: FailedMail[] }> {
    const composed = await Promise.all(
      requests.map(async (request) => ({ request, made: await limited(request, composeMail(request, order)) })),
    );
    const failed = composed.flatMap(({ made }) => (isFailed(made) ? [made] : []));
    const writable = composed.filter(({ made }) => !isFailed(made));
    if (writable.length === 0) return { written: [], failed };
    try {
      const rows = writable.map(({ made }) => made);
      return { written: await writeRows(sessionId, rows, order), failed };
    } catch (error) {
      if (writable.length === 1)
        return { written: [], failed: [...failed, ...writable.map(({ request }) => failedMail(request, error))] };
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
  function composeMail({ key, template, ...about }: KeyedRequest, order: OrderForMail | null): Composition {
    try {
      if (order === null) throw new MailError('order_not_written', 'moment');
      const { audience, title } = TEMPLATES[template];
      const recipient = audience === 'staff' ? env.STAFF_EMAIL : order.customer?.email;
      const composed = recipient ? compose(template, factsOf(deps, order, about)) : null;
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
      return failedMail({ key, template }, error);
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
};

type Composition =
  | { mail: Omit<WrittenMail, 'status' | 'nextTryAt'> }
  | { unsent: { key: string; message: string } }
  | FailedMail;

import type { SessionId } from '../../domain/ids';
import { isRecoveryMail, UNSUBSCRIBED, unsentKey } from '../../domain/mail';
import { sendsRecoveryMails } from '../../domain/shop';
import { compose, TEMPLATES } from '../../emails';
import { keyedHash } from '../../platform/keyed-hash';
import { MailError } from '../../platform/mailer';
import { mayRemind } from '../../store/limits/reminders';
import type { OrderForMail } from '../../store/mails/order';
import { type WrittenMail, writeMails } from '../../store/mails/turn';
import { unsubscribedSince } from '../../store/mails/unsubscribed';
import { readShop } from '../../store/shop/settings';
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
      requests.map(async (request) => ({ request, made: await wanted(request, composeMail(request, order), order) })),
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
      return unsent(key, `${title} not sent: ${why}`);
    } catch (error) {
      return failedMail({ key, template }, error);
    }
  }

  /** A mail about an expired checkout goes only where it is wanted. */
  async function wanted(request: KeyedRequest, made: Composition, order: OrderForMail | null): Promise<Composition> {
    const { key, template } = request;
    if (!isRecoveryMail(template) || !('mail' in made)) return made;
    const why = await whyUnwanted(request, made.mail.recipient, order);
    return why === null ? made : unsent(key, `${TEMPLATES[template].title} not sent: ${why}`);
  }

  /** Staff may send one by hand where the shop sends none by itself, but not to who has unsubscribed. */
  async function whyUnwanted(
    { again }: KeyedRequest,
    recipient: string,
    order: OrderForMail | null,
  ): Promise<string | null> {
    if (again === undefined && order?.returned) return 'mails to this address come back';
    if (again === undefined && !sendsRecoveryMails(await readShop(db))) return 'the shop has turned these mails off';
    if ((await unsubscribedSince(db, recipient)) !== null) return UNSUBSCRIBED;
    if (order?.recoverableUntil === null) return 'this checkout was not opened in the shop';
    // Nobody has confirmed the address: it gets only a few a day.
    const address = keyedHash(env.SIGNING_SECRET, `address\n${recipient.toLowerCase()}`);
    const reminder = { address, at: new Date(clock.now()) };
    return (await mayRemind(db, reminder)) ? null : 'this address has had enough of them today';
  }
};

const unsent = (key: string, message: string): Composition => ({ unsent: { key: unsentKey(key), message } });

type Composition =
  | { mail: Omit<WrittenMail, 'status' | 'nextTryAt'> }
  | { unsent: { key: string; message: string } }
  | FailedMail;

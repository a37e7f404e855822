import type { Pool } from 'pg';
import { sentMessage } from '../../../activities/mail/deliver';
import { factsOf } from '../../../activities/mail/facts';
import { sessionId } from '../../../domain/ids';
import { mailKey } from '../../../domain/mail';
import { compose, TEMPLATES } from '../../../emails';
import type { Env } from '../../../platform/env';
import type { Mailer } from '../../../platform/mailer';
import { toOrderForMail } from '../../../store/mails/order';
import { mailTurn } from '../../floor/mail-turn';

export interface MailDeps {
  pool: Pool;
  env: Env;
  mailer: Mailer;
}

/** Of an order that is paid: to the customer, and to staff. */
const PAID = ['order_confirmation', 'order_received'] as const;

/**
 * Writes the mails of a paid order, sends the bytes that are written, and marks them sent. The statements, the facts
 * and the rendering are Holdfast's.
 */
export async function sendMails({ pool, env, mailer }: MailDeps, session: string): Promise<void> {
  const mails = PAID.map((template) => ({ template, key: mailKey(sessionId(session), { template }) }));
  const { rows } = await pool.query(
    mailTurn(
      session,
      mails.map(({ key }) => key),
    ),
  );
  const order = toOrderForMail(rows[0].order);
  const composed = mails.map(({ key, template }) => {
    const isForStaff = TEMPLATES[template].audience === 'staff';
    return {
      ...{ key, template, ...compose(template, factsOf({ env, temporalUi: null }, order, {})) },
      audience: isForStaff ? 'STAFF' : 'CUSTOMER',
      recipient: isForStaff ? env.STAFF_EMAIL : order.customer?.email,
      orderNumber: order.number,
    };
  });
  const write = { name: 'write-mails', text: "SELECT write_mails($1, $2, '[]', false, $3) AS written" };
  const { rows: answers } = await pool.query({ ...write, values: [session, JSON.stringify(composed), new Date()] });
  const written: WrittenMail[] = answers[0].written;
  const sent = await Promise.all(
    written.map(async ({ key, template, recipient: to, subject, html, text }) => {
      const { id } = await mailer.send({ key, to, subject, html, text, tags: { template, order: order.number } });
      return { key, providerId: id, message: sentMessage(template) };
    }),
  );
  const mark = { name: 'mark-mails', text: "SELECT mark_mails($1, $2, '[]', $3)" };
  await pool.query({ ...mark, values: [session, JSON.stringify(sent), new Date()] });
}

interface WrittenMail {
  key: string;
  template: (typeof PAID)[number];
  recipient: string;
  subject: string;
  html: string;
  text: string;
}

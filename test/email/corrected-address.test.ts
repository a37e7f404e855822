import type { MailRequest } from '../../activities/mail/request';
import type { SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import type { MailOutcome } from '../../domain/mail-outcome';
import { correctContact } from '../../store/customers/contact';
import { recordOutcome } from '../../store/mails/outcomes';
import { readUnreached } from '../../store/orders/records';
import { NOW, openShop, placeOrder } from './shop';

/** An address that staff correct after shipping, and which may be wrong again. */

const confirmation: MailRequest = { template: 'order_confirmation' };
const again = (key: string): MailRequest => ({ ...confirmation, again: key });

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop?.close());

let seconds = 0;
const later = () => new Date(NOW + ++seconds * 1000);

const send = (session: SessionId, mail: MailRequest) =>
  shop.activitiesWith({ clock: { now: () => later().getTime() } }).sendMails({ sessionId: session, mails: [mail] });
const reported = async (session: SessionId, mail: MailRequest, outcome: MailOutcome) => {
  const { providerId } = await shop.db.mail.findUniqueOrThrow({ where: { key: mailKey(session, mail) } });
  const report = { outcome, code: null, recipients: [], template: null, orderNumber: null, at: later() };
  await recordOutcome(shop.db, { ...report, providerId: providerId as string });
};

/** Null: it is corrected. */
const correct = (session: SessionId, email: string) =>
  correctContact(shop.db, {
    ...{ sessionId: session, key: `contact/${email}`, email, address: null, actor: 'ada', at: later() },
  });
const REFUSED = expect.stringContaining('shipped already');

const attentionOf = async (sessionId: SessionId) => {
  const order = await shop.db.order.findUniqueOrThrow({ where: { sessionId } });
  return [order.attentionStep, order.attentionReason];
};
const reasonOf = async (session: SessionId) => (await readUnreached(shop.db, session))?.reason ?? null;

/** Shipped, and the mail about it came back. */
async function unreached() {
  const session = await placeOrder(shop.db, { status: 'SHIPPED' }, { email: `typo-${++seconds}@example.com` });
  await shop.db.orderItem.updateMany({ where: { sessionId: session, sku: 'TRAY' }, data: { shipped: 2 } });
  expect(await correct(session, 'early@example.com')).toEqual(REFUSED);
  await send(session, confirmation);
  await reported(session, confirmation, 'BOUNCED');
  return session;
}

const BACK = 'The mail order_confirmation came back';
const CORRECT = `${BACK}. Correct the address, then have it sent again`;
const SEND = `${BACK}. The address has been corrected since: have it sent again`;

test('a correction may be corrected until a mail has reached the new address, and staff are called as long', async () => {
  const session = await unreached();
  expect(await attentionOf(session)).toEqual(['contact', CORRECT]);
  expect(await correct(session, `ada-${session}@example.co`)).toBeNull();
  expect([await reasonOf(session), await attentionOf(session)]).toEqual([SEND, ['contact', SEND]]);
  expect(await correct(session, `ada-${session}@example.com`)).toBeNull();
  expect(await reasonOf(session)).toBe(SEND);

  await send(session, again('k'));
  expect([await reasonOf(session), await attentionOf(session)]).toEqual([null, [null, null]]);
  expect(await correct(session, 'stranger@example.com')).toEqual(REFUSED);
});

test('a mail that comes back from the new address, too, opens it for another correction', async () => {
  const session = await unreached();
  await correct(session, `ada-${session}@example.co`);
  await send(session, again('k'));
  await reported(session, again('k'), 'BOUNCED');
  expect((await attentionOf(session))[0]).toBe('contact');
  expect(await correct(session, `ada-${session}@example.com`)).toBeNull();
  expect(await reasonOf(session)).toContain('has been corrected since');
});

test('a mail to the earlier address that comes back late changes nothing for one that works', async () => {
  const session = await unreached();
  await shop.db.mail.create({
    data: {
      ...{ key: `order_shipped/${session}/1`, template: 'order_shipped', audience: 'CUSTOMER', sessionId: session },
      ...{ recipient: (await shop.db.customer.findUniqueOrThrow({ where: { sessionId: session } })).email ?? '' },
      ...{ subject: '', html: '', text: '', status: 'SENT', sentAt: new Date(NOW), createdAt: new Date(NOW) },
      ...{ providerId: `late-${session}` },
    },
  });
  await correct(session, `ada-${session}@example.com`);
  await send(session, again('k'));
  await reported(session, { template: 'order_shipped', ref: '1' }, 'BOUNCED');
  expect([await reasonOf(session), await attentionOf(session)]).toEqual([null, [null, null]]);
  expect(await correct(session, 'stranger@example.com')).toEqual(REFUSED);
});

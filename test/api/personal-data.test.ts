import { keepHouse } from '../../api/housekeeping';
import { sessionId } from '../../domain/ids';
import { signToken, unsubscribeUrl } from '../../platform/links';
import type { Logger } from '../../platform/logger';
import { recordWithdrawal } from '../../store/orders/withdrawals';
import { columnsInSchema } from '../support/schema';
import { Office, problem } from './admin-office';
import { BARE } from './bare';

/**
 * Every column that may say who somebody is, by its table. `erase` empties these, `export` shows them. A column of text
 * or JSON is here or in PLAIN: a new one has to be thought about.
 */
const PERSONAL: Record<string, string[]> = {
  customers: ['email', 'name', 'address', 'user_id', 'invoice'],
  checkouts: ['request', 'url', 'client_hash'],
  disputes: ['evidence', 'earlier_orders'],
  licence_keys: ['key'],
  mails: ['recipient', 'subject', 'html', 'text'],
  orders: ['voucher'],
  return_requests: ['reason', 'declined_note'],
  stock_requests: ['email'],
  timeline: ['note'],
  withdrawals: ['name'],
};

/** Ids, codes, hashes of keys, names of staff's tokens, and sentences of ours or of Stripe about money and goods. */
const PLAIN: Record<string, string[]> = {
  account_alarms: ['cause', 'subject', 'currency', 'mail_key'],
  bulk_orders: ['bulk_id', 'session_id', 'outcome', 'code', 'detail'],
  bulks: ['id', 'action', 'reason', 'filter', 'actor', 'request_hash', 'status'],
  bundle_items: ['bundle', 'sku'],
  checkout_keys: ['key_hash', 'body_hash', 'checkout_id'],
  checkouts: ['id', 'number', 'origin', 'currency', 'lines', 'stripe_key', 'session_id', 'recovers'],
  customers: ['session_id'],
  // Staff are told to name no customer in the note.
  discrepancies: ['kind', 'reference', 'detail', 'currency', 'found_by', 'report_key', 'accepted_by', 'accepted_note'],
  disputes: [
    ...['id', 'session_id', 'charge_id', 'payment_intent_id', 'status', 'reason', 'currency', 'withdrawn_currency'],
    ...['submission', 'visa_evidence'],
  ],
  download_grants: ['id', 'session_id', 'sku'],
  holds: ['session_id', 'sku'],
  installation: ['id', 'stripe_account'],
  ledger_entries: [
    ...['id', 'category', 'type', 'source', 'payment_intent_id', 'session_id', 'currency', 'settled_currency'],
  ],
  ledger_lookups: ['reference'],
  licence_keys: ['sku', 'key_hash', 'grant_id'],
  mail_requests: ['session_id', 'key', 'template', 'ref'],
  mails: ['key', 'template', 'session_id', 'order_number', 'provider_id', 'last_error', 'outcome_code'],
  notices: ['id', 'kind', 'session_id', 'payment_intent', 'reason'],
  order_items: ['session_id', 'sku', 'name'],
  orders: [
    ...['session_id', 'number', 'origin', 'currency', 'presentment_currency', 'payment_intent_id', 'charge_id'],
    ...['locale', 'attention_step', 'attention_reason', 'calls', 'cancel_reason', 'cancel_refusal'],
    ...['shipping_hold', 'shipping_hold_by', 'bundles'],
  ],
  payouts: ['id', 'currency', 'status'],
  pictures: ['id', 'content_type', 'bytes'],
  prices: ['sku', 'currency', 'stripe_price_id'],
  product_file_chunks: ['file_id', 'bytes'],
  product_files: ['id', 'sku', 'filename', 'content_type', 'sha256', 'etag'],
  products: ['sku', 'name', 'description', 'image_url', 'images', 'tax_code', 'group_id', 'group_name', 'options'],
  // What is sent is composed when it is sent, and kept nowhere.
  deliveries: ['id', 'session_id', 'type', 'subject', 'status', 'last_error'],
  event_receiver: ['url_hash'],
  // Hashes of addresses, for minutes; housekeeping removes them.
  rate_limits: ['key'],
  reconciliation_repairs: ['reconciliation_id', 'session_id', 'action'],
  reconciliations: ['id', 'trigger', 'window', 'discrepancies', 'skipped', 'failure'],
  refunds: [
    ...['key', 'request_key', 'retry_of', 'stripe_id', 'session_id', 'currency', 'status', 'reason', 'actor'],
    ...['restock', 'request_hash', 'refusal', 'refusal_reason', 'failure_reason'],
  ],
  withdrawals: ['session_id', 'via'],
  request_actors: ['session_id', 'key', 'actor'],
  return_requests: ['session_id', 'id', 'items', 'declined_by'],
  returns: ['id', 'session_id', 'key', 'request_hash', 'items', 'refund_key', 'actor'],
  replacements: ['id', 'session_id', 'key', 'request_hash', 'items', 'actor'],
  // A parcel's number stays, as proof of what was delivered.
  shipments: ['id', 'session_id', 'carrier', 'tracking_number', 'tracking_url', 'items'],
  shop: ['settings'],
  stock_levels: ['sku'],
  stock_movements: ['sku', 'reference', 'actor', 'key', 'key_hash'],
  stock_requests: ['sku', 'language'],
  stock_warnings: ['sku'],
  stray_sessions: ['session_id', 'currency', 'reason'],
  sweep_marks: ['name'],
  sweep_skips: ['reference', 'reason'],
  timeline: ['session_id', 'type', 'message', 'actor', 'key', 'step', 'subject'],
  // A hash, kept when the customer is erased: whoever wanted no more mails still wants none.
  unsubscribed_addresses: ['address_hash'],
};

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(() => office?.close());

test('every column that can hold text is known to be personal, or not to be', () => {
  const known = (table: string) => [...(PERSONAL[table] ?? []), ...(PLAIN[table] ?? [])].sort();
  const columns = [...columnsInSchema()].filter(([, names]) => names.length > 0);
  const inSchema = Object.fromEntries(columns.map(([table, names]) => [table, names.toSorted()]));
  expect(Object.fromEntries(columns.map(([table]) => [table, known(table)]))).toEqual(inSchema);
  expect(Object.keys({ ...PERSONAL, ...PLAIN }).sort()).toEqual(Object.keys(inSchema).sort());
});

const { SIGNING_SECRET } = BARE;
const EMAIL = 'zelda.quux@example.net';
const secret = (table: string, column: string) => `zelda-${table}-${column}`;
const SECRETS = Object.entries(PERSONAL).flatMap(([table, columns]) => columns.map((column) => secret(table, column)));

/** An ended order with something in each personal column. */
async function orderOfZelda(id: string): Promise<void> {
  const at = new Date(office.now);
  await office.order(id, { status: 'COMPLETED', paymentStatus: 'PAID', customer: { email: EMAIL } });
  const { number } = await office.db.order.findUniqueOrThrow({ where: { sessionId: id } });
  const row = { sessionId: id, createdAt: at };
  await office.db.checkout.create({
    data: {
      ...{ ...row, id: crypto.randomUUID(), number: `${number}-c`, origin: 'CHECKOUT', currency: 'eur' },
      ...{ subtotal: 1, lines: [], request: {}, holdUntil: at },
    },
  });
  const dispute = { id: `du_${id}`, status: 'won', reason: 'general', amount: 1, currency: 'eur', open: false };
  await office.db.dispute.create({ data: { ...row, ...dispute, updatedAt: at, closedAt: at } });
  const mail = { recipient: '', subject: '', html: '', text: '' };
  await office.db.mail.create({
    data: {
      ...row,
      ...mail,
      key: `order_received/${id}`,
      template: 'order_received',
      audience: 'STAFF',
      status: 'SENT',
    },
  });
  await office.db.timelineEntry.create({
    data: { sessionId: id, at, type: 'note', message: 'Noted', actor: 'staff', key: 'note' },
  });
  await office.db.withdrawal.create({
    data: { sessionId: id, at, via: 'link', undone: false, late: false },
  });
  await office.db.returnRequest.create({
    data: { sessionId: id, id: crypto.randomUUID(), at, items: [], declinedAt: at, declinedBy: 'staff' },
  });
  await office.product(`ZELDA-${id}`);
  await office.db.stockRequest.create({ data: { sku: `ZELDA-${id}`, email: EMAIL, requestedAt: at } });
  await issueKey(id, secret('licence_keys', 'key'));
  for (const [table, columns] of Object.entries(PERSONAL))
    for (const column of WITHOUT_SESSION.includes(table) ? [] : columns)
      await office.db.$executeRawUnsafe(
        `UPDATE ${table} SET ${column} = ${typeOf(table, column)} WHERE session_id = '${id}'`,
      );
  await office.db.customer.update({
    where: { sessionId: id },
    data: { email: EMAIL, name: secret('customers', 'email') },
  });
}

/** What is found by an address, and what by a grant of an order. */
const WITHOUT_SESSION = ['stock_requests', 'licence_keys'];

/** Issues a licence key to an order. */
async function issueKey(sessionId: string, key: string): Promise<void> {
  const [at, sku, grantId] = [new Date(office.now), `KEYS-${sessionId}`, crypto.randomUUID()];
  await office.product(sku, { kind: 'DIGITAL' });
  await office.db.stockLevel.create({ data: { sku } });
  await office.db.$queryRaw`SELECT add_licence_keys(${sku}, ${[key]}::text[], 'staff', ${at})`;
  await office.db.downloadGrant.create({ data: { id: grantId, sessionId, sku, allowed: 0, expiresAt: at } });
  await office.db.licenceKey.updateMany({ where: { sku }, data: { grantId, issuedAt: at } });
}

const JSONS = ['address', 'invoice', 'request', 'evidence', 'earlier_orders', 'voucher'];
const typeOf = (table: string, column: string) =>
  JSONS.includes(column) ? `jsonb_build_object('what', '${secret(table, column)}')` : `'${secret(table, column)}'`;

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const tables = [...columnsInSchema().keys()];
  const rows = await Promise.all(
    tables.map((name) => office.db.$queryRawUnsafe(`SELECT t::text AS row FROM "${name}" t`)),
  );
  return JSON.stringify(rows);
}

const exported = (email: string) => office.ask('get', `/admin/customers/${encodeURIComponent(email)}/export`);

test('export shows all that is kept about a person, erase leaves none of it', async () => {
  await orderOfZelda('cs_test_zelda');
  await office.order('cs_test_other', { customer: { email: 'other@example.net', name: 'Other' } });
  const before = await everything();
  const missing = (text: string) => SECRETS.filter((one) => !text.includes(one));
  // The name's place holds another secret, and the place of an address that waits the address itself.
  const elsewhere = ['zelda-customers-name', 'zelda-stock_requests-email'];
  expect(missing(before)).toEqual(elsewhere);

  const answer = await exported('Zelda.Quux@Example.NET');
  expect(answer.status).toBe(200);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(missing(JSON.stringify(answer.body))).toEqual(elsewhere);
  expect(answer.body).toMatchObject({
    email: EMAIL,
    exportedAt: expect.any(String),
    orders: [{ sessionId: 'cs_test_zelda', total: 2500, customer: { email: EMAIL }, mails: [{}], disputes: [{}] }],
    checkouts: [],
    mails: [],
    stockRequests: [{ sku: 'ZELDA-cs_test_zelda', email: EMAIL, requestedAt: expect.any(String) }],
  });
  expect(JSON.stringify(answer.body)).not.toContain('Other');
  const timeline = await office.db.timelineEntry.findMany({ where: { type: 'exported' } });
  expect(timeline).toMatchObject([{ sessionId: 'cs_test_zelda', actor: 'staff' }]);

  expect((await office.ask('post', '/admin/orders/cs_test_zelda/erase')).status).toBe(200);
  const after = await everything();
  expect([EMAIL, ...SECRETS].filter((one) => after.includes(one))).toEqual([]);
  // Whoever still has the mail may withdraw after that, and leaves no name.
  await office.db.withdrawal.delete({ where: { sessionId: 'cs_test_zelda' } });
  const statement = { sessionId: sessionId('cs_test_zelda'), name: 'Zelda', via: 'link' as const, arrivesWithin: 0 };
  await recordWithdrawal(office.db, { ...statement, at: new Date(office.now) });
  expect(await office.db.withdrawal.findMany()).toMatchObject([{ sessionId: 'cs_test_zelda', name: null }]);
  expect((await exported(EMAIL)).body).toMatchObject({ orders: [], checkouts: [], mails: [], stockRequests: [] });
});

test('export knows an address that staff have corrected since, and a checkout that became no order', async () => {
  const at = new Date(office.now);
  await office.order('cs_test_moved', { customer: { email: 'new@example.net' } });
  const mail = { template: 'order_confirmation', audience: 'CUSTOMER' as const, subject: 's', html: 'h', text: 't' };
  await office.db.mail.create({
    data: {
      ...mail,
      key: 'm',
      sessionId: 'cs_test_moved',
      recipient: 'old@example.net',
      status: 'SENT',
      createdAt: at,
    },
  });
  await attempt({ request: { customer_email: 'Old@example.net' } });
  const { body } = await exported('old@example.net');
  expect(body).toMatchObject({ orders: [{ sessionId: 'cs_test_moved' }], checkouts: [{ origin: 'CHECKOUT' }] });
});

test('somebody without an order can be forgotten, too', async () => {
  const email = 'guest@example.net';
  const at = new Date(office.now);
  await office.product('WANTED');
  await office.db.stockRequest.create({ data: { sku: 'WANTED', email, requestedAt: at } });
  const mail = { template: 'back_in_stock', audience: 'CUSTOMER', subject: 's', html: 'h', text: 't' } as const;
  await office.db.mail.create({ data: { ...mail, key: 'back', recipient: email, status: 'SENT', createdAt: at } });
  expect((await exported(email)).body).toMatchObject({ stockRequests: [{ sku: 'WANTED' }], mails: [{ key: 'back' }] });
  const answer = await office.ask(
    'delete',
    `/admin/customers/${encodeURIComponent('Guest@example.net')}/stock-requests`,
  );
  expect([answer.status, answer.body]).toEqual([200, { forgotten: true }]);
  expect(await everything()).not.toContain(email);
});

test('export is for staff', async () => {
  const answer = await office.api.http.get('/admin/customers/a@example.net/export');
  expect(answer.body).toEqual(problem(401, 'unauthorized'));
});

describe('the link that unsubscribes', () => {
  const pathTo = (address: string) => {
    const { pathname, search } = new URL(unsubscribeUrl(office.api.deps.env, address));
    return pathname + search;
  };
  const remembered = () => office.db.unsubscribedAddress.count();
  beforeEach(() => office.db.unsubscribedAddress.deleteMany());

  test('asks first, for scanners follow links, and works without scripts', async () => {
    const page = await office.api.http.get(pathTo('late@example.net'));
    expect([page.status, page.type]).toEqual([200, 'text/html']);
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    expect(page.text).not.toContain('<script');
    expect(page.text).not.toContain('late@example.net');
    expect(await remembered()).toBe(0);
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const done = await office.api.http.post(`/${action}`).type('form').send('');
    expect([done.status, done.text.includes('You are unsubscribed')]).toEqual([200, true]);
    expect(await remembered()).toBe(1);
  });

  test('works with one press of a mail program’s button, in either form, and again, and export knows', async () => {
    const path = pathTo('Late@Example.net');
    const oneClick = 'List-Unsubscribe=One-Click';
    const part = '--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', oneClick],
      ['multipart/form-data; boundary=x', part],
    ] as const)
      expect((await office.api.http.post(path).set('content-type', type).send(body)).status).toBe(200);
    expect(await remembered()).toBe(1);
    expect((await exported('late@example.net')).body.unsubscribedAt).toBe(new Date(office.now).toISOString());
    expect((await exported('other@example.net')).body.unsubscribedAt).toBeNull();
    expect(await everything()).not.toContain('late@example.net');
  });

  test.each([
    ['without a token', () => '/unsubscribe'],
    ['with a token that is wrong', () => pathTo('late@example.net').slice(0, -1)],
    [
      'with a token for something else',
      () => `/unsubscribe?token=${signToken(SIGNING_SECRET, 'recover', 'cs_test_1')}`,
    ],
  ])('%s is 403, as a page, and nothing is remembered', async (_how, path) => {
    for (const answer of [await office.api.http.get(path()), await office.api.http.post(path())])
      expect([answer.status, answer.type]).toEqual([403, 'text/html']);
    expect(await remembered()).toBe(0);
  });
});

/** No chore fails. */
const log = {
  warn: ({ err }: { err: Error }) => {
    throw err;
  },
} as unknown as Logger;

/** A checkout without an order. */
const attempt = (change: { request?: object; sessionId?: string; createdAt?: Date } = {}) =>
  office.db.checkout.create({
    data: {
      ...{ id: crypto.randomUUID(), number: crypto.randomUUID(), origin: 'CHECKOUT', currency: 'eur', subtotal: 1 },
      ...{ lines: [], request: { customer_email: EMAIL }, holdUntil: new Date(office.now), clientHash: 'hash' },
      ...{ createdAt: new Date(office.now), ...change },
    },
  });

test('attempts that never became an order are forgotten after a day, once each', async () => {
  const hours = (count: number) => new Date(office.now - count * 3_600_000);
  const gone = await attempt({ createdAt: hours(26) });
  const unpaid = await attempt({ createdAt: hours(26), sessionId: 'cs_test_unpaid' });
  const young = await attempt({ createdAt: hours(24) });
  await office.order('cs_test_ordered', { createdAt: hours(26), customer: { email: EMAIL } });
  const ordered = await attempt({ createdAt: hours(26), sessionId: 'cs_test_ordered' });
  const stray = { kind: 'UNKNOWN_LINES' as const, reason: 'theirs', reportedAt: hours(0) };
  await office.db.straySession.create({ data: { ...stray, sessionId: 'cs_test_stray', seenAt: hours(36 * 24) } });
  await office.db.straySession.create({ data: { ...stray, sessionId: 'cs_test_recent', seenAt: hours(34 * 24) } });

  const kept = async () => {
    await keepHouse({ objects: null, db: office.db, clock: { now: () => office.now }, log });
    const rows = await office.db.checkout.findMany({
      where: { id: { in: [gone, unpaid, young, ordered].map(({ id }) => id) } },
    });
    return Object.fromEntries(rows.map(({ id, request, clientHash }) => [id, { request, clientHash }]));
  };
  const whole = { request: { customer_email: EMAIL }, clientHash: 'hash' };
  const first = { [unpaid.id]: { request: {}, clientHash: null }, [young.id]: whole, [ordered.id]: whole };
  expect(await kept()).toEqual(first);
  const strays = await office.db.straySession.findMany({ select: { sessionId: true } });
  expect(strays).toEqual([{ sessionId: 'cs_test_recent' }]);
  office.now += 2 * 3_600_000;
  expect(await kept()).toEqual({ [unpaid.id]: { request: {}, clientHash: null }, [ordered.id]: whole });
});

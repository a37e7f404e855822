import type Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import { Risk } from './risk';
import { currentDetails } from './shown';
import { until, World } from './world';

let world: World;
let risk: Risk;
const DAY = 86_400_000;

beforeAll(async () => {
  world = await World.start();
  risk = new Risk(world);
  await world.product('mug', { amount: 1250, stock: 1000 });
  await world.product('ebook', { amount: 900 });
});
afterEach(() => fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' }));
afterAll(() => world.stop());

const ADDRESS = { line1: '12 St James’s Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' };
const inDays = (days: number) => Math.floor(world.deps().clock.now() / 1000 + days * 86_400);
const end = (dispute: Stripe.Dispute) => risk.ended(dispute);
const submit = (dispute: Stripe.Dispute) => world.ask(dispute.id, 'submitEvidence');
const submitAs = (dispute: Stripe.Dispute, updateId: string) =>
  world.handle(dispute.id as never).executeUpdate('submitEvidence', { updateId });
const refusedWith = (words: RegExp) => ({
  cause: expect.objectContaining({ type: 'invalid_transition', message: expect.stringMatching(words) }),
});
const atStripe = (dispute: Stripe.Dispute) => world.stripe.disputes.retrieve(dispute.id);
const submissions = async (dispute: Stripe.Dispute) =>
  (await world.requests()).filter(({ method, path }) => method === 'POST' && path === `/v1/disputes/${dispute.id}`);
const goesWrong = (fault: Record<string, unknown>) =>
  world.at('/faults', { match: { method: 'POST', path: '^/v1/disputes/' }, times: 1, ...fault });

/** Disputed, with evidence gathered. */
async function answerable(id: SessionId, how: Record<string, unknown> = {}): Promise<Stripe.Dispute> {
  const dispute = await risk.disputed(id, { due_by: inDays(9), ...how });
  await until(async () => (await risk.row(dispute))?.evidence);
  return dispute;
}

describe('gathered', () => {
  test('from what was bought, shipped, downloaded and written; kept in the database, and never in Temporal', async () => {
    const { id } = await world.checkout([{ sku: 'mug', quantity: 2 }, { sku: 'ebook' }], { userId: 'user-7' });
    await world.pay(id, { address: ADDRESS });
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'PREPARING');
    await world.ask(id, 'ship', { carrier: 'Royal Mail', trackingNumber: 'RM1', items: [{ sku: 'mug', quantity: 1 }] });
    await world.ask(id, 'ship', { carrier: 'DHL', trackingNumber: 'D2' });
    await until(async () => (await risk.mailsOf(id, 'order_shipped')) === 2);
    const lastUseAt = new Date('2026-11-23T10:30:00Z');
    await world.db.downloadGrant.updateMany({ where: { sessionId: id }, data: { used: 2, lastUseAt } });

    const dispute = await answerable(id);
    const evidence = (await risk.row(dispute))?.evidence as Record<string, string>;
    expect(evidence).toMatchObject({
      customer_name: 'Ada Lovelace',
      customer_email_address: 'ada@example.com',
      shipping_address: expect.stringContaining('12 St James’s Square'),
      shipping_carrier: 'Royal Mail, DHL',
      shipping_tracking_number: 'RM1, D2',
      access_activity_log: 'The ebook: downloaded 2 of 5 times, last on 23 November 2026 at 10:30 UTC',
    });
    expect(evidence.uncategorized_text).toMatch(/- Order confirmation, sent on .*\n- Shipping notice, sent on /);
    expect(evidence.uncategorized_text).not.toMatch(/New order notice/); // that one went to staff
    expect(evidence.uncategorized_text).toContain('1 × The mug: shipped on');

    await submit(dispute);
    const written = [await world.history(id), await world.history(dispute.id)]
      .map((history) => JSON.stringify(history))
      .join()
      .replace(/"data":"([A-Za-z0-9+/=]+)"/g, (_, payload) => Buffer.from(payload, 'base64').toString());
    expect(written.includes('"trackingNumber":"RM1"')).toBe(true); // what staff have sent stands there, readable
    expect(['Lovelace', 'ada@', 'St James', 'RM1, D2', 'user-7'].filter((word) => written.includes(word))).toEqual([]);
  });

  test('again while nobody has changed it, and never over the words of staff', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await world.ask(id, 'ship', { carrier: 'DHL', trackingNumber: 'D1' });
    const dispute = await answerable(id);
    await world.ask(id, 'deliver');
    await risk.tell(dispute);
    await until(async () => JSON.stringify((await risk.row(dispute))?.evidence).includes('delivered on'));

    const edited = { uncategorized_text: 'As we know it.' };
    await world.db.dispute.update({ where: { id: dispute.id }, data: { evidence: edited, editedAt: new Date() } });
    await risk.happens(dispute, 'update', { due_by: inDays(8) });
    await world.sleep(2 * DAY);
    expect((await risk.row(dispute))?.evidence).toEqual(edited);
  });

  test('of an order that was erased: nothing of the customer comes back', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const first = await answerable(id);
    await risk.happens(first, 'close', { status: 'won' });
    await end(first);
    await world.db.customer.update({
      where: { sessionId: id },
      data: { email: null, name: null, userId: null, address: Prisma.DbNull, erasedAt: new Date() },
    });
    expect((await risk.row(first))?.evidence).toBeNull();

    await risk.happens(first, 'update', { status: 'needs_response' });
    await until(async () => (await risk.row(first))?.evidence);
    expect(JSON.stringify((await risk.row(first))?.evidence)).not.toMatch(/\bada\b|lovelace/i);
    expect(await world.order(id)).toMatchObject({ disputed: true });
  });
});

describe('submitted', () => {
  test('as it stands in the database, once: the bank reviews, and nobody is reminded of a deadline', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await answerable(id);
    expect(await submit(dispute)).toBe('under_review');
    expect(await atStripe(dispute)).toMatchObject({
      status: 'under_review',
      evidence: { customer_name: 'Ada Lovelace', product_description: '1 × The mug (mug), €12.50, physical goods' },
      evidence_details: { submission_count: 1 },
    });
    await risk.recorded(dispute, { status: 'under_review' });
    expect((await risk.row(dispute))?.submittedAt).toBeInstanceOf(Date);
    await expect(submit(dispute)).rejects.toMatchObject(refusedWith(/already submitted/));
    expect(await submissions(dispute)).toHaveLength(1);
    expect(await risk.told(id, 'dispute')).toContain('Staff submitted evidence for the dispute');
    await world.sleep(8.5 * DAY);
    expect(await risk.mailsOf(id, 'dispute_deadline')).toBe(0);
  });

  test('by three at once, and by one request twice, is submitted once', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await answerable(id);
    const [same, again, other] = await Promise.allSettled([
      submitAs(dispute, 'one'),
      submitAs(dispute, 'one'),
      submitAs(dispute, 'two'),
    ]);
    expect(again.status).toBe(same.status);
    expect([same.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect((await atStripe(dispute)).evidence_details.submission_count).toBe(1);
  });

  test.each([
    ['was done and answered 500', { kind: 'error_after' }],
    ['was done and cut', { kind: 'cut_body' }],
    ['was reset', { kind: 'reset' }],
    ['was not done', { kind: 'error_before' }],
    ['was begun and failed, which Stripe keeps under the key', { kind: 'error_instead' }],
    ['was refused for a while', { kind: 'rate_limit' }],
  ])('though the first try %s', async (_, fault) => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await answerable(id);
    await goesWrong(fault);
    expect(await submit(dispute)).toBe('under_review');
    expect((await atStripe(dispute)).evidence_details.submission_count).toBe(1);
  });

  test('but not what Stripe does not take: the texts can be changed, and submitted then', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await answerable(id);
    await goesWrong({ kind: 'invalid', code: 'dispute_evidence_page_limit_exceeded' });
    await expect(submit(dispute)).rejects.toMatchObject(refusedWith(/dispute_evidence_page_limit_exceeded/));
    expect(await risk.row(dispute)).toMatchObject({ submission: null, submittingAt: null, submittedAt: null });
    expect(await submit(dispute)).toBe('under_review');
  });

  test('not after the time for it, nor where the bank takes none', async () => {
    const late = await answerable(await world.paidOrder([{ sku: 'mug' }]), { due_by: inDays(1) });
    await world.sleep(1.1 * DAY);
    await expect(submit(late)).rejects.toMatchObject(refusedWith(/deadline for evidence has passed/));
    const closed = await answerable(await world.paidOrder([{ sku: 'mug' }]), { due_by: 0 });
    await expect(submit(closed)).rejects.toMatchObject(refusedWith(/accepts no answer/));
    expect([...(await submissions(late)), ...(await submissions(closed))]).toEqual([]);
  });

  test('not over what was submitted in the Dashboard', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await answerable(id);
    await world.stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'From the Dashboard' },
      submit: true,
    });
    await expect(submit(dispute)).rejects.toMatchObject(refusedWith(/already submitted/));
    await until(async () => (await risk.row(dispute))?.submittedAt);
    expect((await atStripe(dispute)).evidence.uncategorized_text).toBe('From the Dashboard');
  });

  test('anew when an inquiry that was answered becomes a dispute', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await answerable(id, { status: 'warning_needs_response' });
    expect(await submit(dispute)).toBe('warning_under_review');
    await risk.recorded(dispute, { status: 'warning_under_review' });
    await risk.happens(dispute, 'update', { status: 'needs_response', due_by: inDays(10) });
    await risk.recorded(dispute, { status: 'needs_response', submittedAt: null, submissionsBefore: 1 });
    expect(await submit(dispute)).toBe('under_review');
    expect((await atStripe(dispute)).evidence_details.submission_count).toBe(2);
  });
});

describe('not submitted, because Stripe', () => {
  const opened = async () => answerable(await world.paidOrder([{ sku: 'mug' }]));
  const details = ({ id }: Stripe.Dispute) => currentDetails(world, id);
  const refusalOf = (asked: Promise<unknown>) =>
    asked.then(
      () => {
        throw new Error('it was not refused');
      },
      ({ cause }: Error) => cause,
    );

  test.each(['GET', 'POST'])(
    'refuses the key for a %s: staff read so in one sentence, without a stack',
    async (method) => {
      const dispute = await opened();
      await goesWrong({ match: { method, path: '^/v1/disputes/' }, kind: 'error_before', status: 401 });
      expect(await refusalOf(submit(dispute))).toMatchObject({
        type: 'invalid_transition',
        message: 'Stripe refuses the key in STRIPE_SECRET_KEY: tell those who run the system',
        stack: '',
      });
      expect(await details(dispute)).not.toContain('being submitted');
      expect(await submit(dispute)).toBe('under_review');
    },
  );

  test('is down: the details say so at once, and after some minutes the answer does', async () => {
    const dispute = await opened();
    await goesWrong({ times: 10_000, kind: 'error_before', status: 500 });
    const asked = refusalOf(submit(dispute));
    await until(async () => (await submissions(dispute)).length > 0);
    expect(await details(dispute)).toMatch(/\*\*The evidence is being submitted\*\* since .* It waits for Stripe/);
    await world.sleep(6 * 60_000);
    expect(await asked).toMatchObject({
      type: 'invalid_transition',
      message: expect.stringMatching(/^Stripe .*Send it again later: the bank gets the evidence once$/),
    });
    expect(await details(dispute)).not.toContain('being submitted');
    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    expect(await submit(dispute)).toBe('under_review');
    expect((await atStripe(dispute)).evidence_details.submission_count).toBe(1);
  });
});

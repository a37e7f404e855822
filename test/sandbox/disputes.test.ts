import type Stripe from 'stripe';
import { paidSession, type Rig, refusal, startRig } from './rig';

let rig: Rig;
let charge: string;
let intent: string;
beforeEach(async () => {
  rig = await startRig();
  ({ intent } = await paidSession(rig));
  charge = (await rig.stripe.paymentIntents.retrieve(intent)).latest_charge as string;
});
afterEach(() => rig.end());

const DAY = 24 * 60 * 60;
const dispute = (body: object = {}): Promise<Stripe.Dispute> => rig.control('POST', `/charges/${charge}/dispute`, body);
const now = async () => Math.floor((await rig.control('GET', '/clock')).now / 1000);
const read = (id: string) => rig.stripe.disputes.retrieve(id);
const events = async () =>
  (await rig.stripe.events.list({ type: 'charge.dispute.*', limit: 100 })).data.map(({ type }) => type.slice(15));
const moved = async () =>
  (await rig.stripe.balanceTransactions.list({ type: 'adjustment' })).data.map(
    ({ amount, fee, reporting_category }) => [reporting_category, amount, fee],
  );

test('a chargeback takes the money and a fee at once, and names its deadline', async () => {
  const { id } = await dispute({ reason: 'product_not_received' });
  const created = await read(id);
  expect(created).toMatchObject({
    id: expect.stringMatching(/^du_/),
    status: 'needs_response',
    reason: 'product_not_received',
    amount: 1250,
    charge,
    payment_intent: intent,
    is_charge_refundable: false,
    balance_transactions: [{ amount: -1250, fee: 2000, net: -3250, type: 'adjustment', source: id }],
    evidence: { customer_email_address: 'shopper@example.com', uncategorized_text: null },
    evidence_details: { has_evidence: false, past_due: false, submission_count: 0 },
    payment_method_details: { card: { case_type: 'chargeback' } },
  });
  const status = async () => (await read(id)).balance_transactions[0]?.status;
  expect(await status()).toBe('pending');
  expect(created.evidence_details.due_by).toBeGreaterThan((await now()) + 6 * DAY);
  expect(await events()).toEqual(['funds_withdrawn', 'created']);
  expect(await rig.stripe.charges.retrieve(charge)).toMatchObject({ disputed: true });
  expect((await rig.stripe.disputes.list({ payment_intent: intent })).data.map((each) => each.id)).toEqual([id]);
  await rig.control('POST', '/clock', { advanceMs: 2 * DAY * 1000 });
  expect(await status()).toBe('available');
});

test('a dispute may cover part of a charge, with a deadline of its own or none', async () => {
  const at = (await now()) + 3 * DAY;
  expect(await dispute({ amount: 250, due_by: at })).toMatchObject({ amount: 250, evidence_details: { due_by: at } });
  expect(await dispute({ due_by: null })).toMatchObject({ evidence_details: { due_by: null } });
  expect(await dispute({ due_by: 0 })).toMatchObject({ evidence_details: { due_by: 0 } });
});

test('the bank extends the deadline, or stops taking an answer', async () => {
  const { id } = await dispute();
  const at = (await now()) + 30 * DAY;
  await rig.control('POST', `/disputes/${id}/update`, { due_by: at });
  expect(await read(id)).toMatchObject({ status: 'needs_response', evidence_details: { due_by: at } });
  await rig.control('POST', `/disputes/${id}/update`, { due_by: null });
  expect((await read(id)).evidence_details.due_by).toBeNull();
});

test('an inquiry takes no money, leaves the charge refundable, and may become a chargeback', async () => {
  const { id } = await dispute({ status: 'warning_needs_response' });
  expect(await read(id)).toMatchObject({
    is_charge_refundable: true,
    balance_transactions: [],
    payment_method_details: { card: { case_type: 'inquiry' } },
  });
  expect(await moved()).toEqual([]);
  await rig.control('POST', `/disputes/${id}/update`, { status: 'needs_response' });
  await rig.control('POST', `/disputes/${id}/withdraw`);
  expect(await read(id)).toMatchObject({ status: 'needs_response', is_charge_refundable: false });
  expect(await refusal(rig.stripe.refunds.create({ payment_intent: intent }))).toMatchObject({
    code: 'charge_disputed',
  });
  expect(await events()).toEqual(['funds_withdrawn', 'updated', 'created']);
});

test('a closed inquiry gives nothing back, because nothing was taken', async () => {
  const { id } = await dispute({ status: 'warning_needs_response' });
  await rig.control('POST', `/disputes/${id}/close`, { status: 'warning_closed' });
  expect(await moved()).toEqual([]);
  expect(await events()).toEqual(['closed', 'created']);
  expect(await rig.stripe.refunds.create({ payment_intent: intent })).toMatchObject({ status: 'succeeded' });
});

test('a won dispute returns the amount but not the fee; a lost appeal takes the amount again', async () => {
  const { id } = await dispute();
  await rig.control('POST', `/disputes/${id}/close`, { status: 'won' });
  expect(await moved()).toEqual([
    ['dispute_reversal', 1250, 0],
    ['dispute', -1250, 2000],
  ]);
  expect(await rig.control('POST', `/disputes/${id}/close`, { status: 'lost' })).toMatchObject({
    error: { message: 'This dispute is already closed: won.' },
  });
  await rig.control('POST', `/disputes/${id}/update`, { status: 'appeal_under_review' });
  await rig.control('POST', `/disputes/${id}/withdraw`);
  expect(await rig.control('POST', `/disputes/${id}/withdraw`)).toHaveProperty('error');
  await rig.control('POST', `/disputes/${id}/close`, { status: 'lost' });
  expect(await read(id)).toMatchObject({ status: 'lost', is_charge_refundable: false });
  expect(await events()).toEqual([
    'closed',
    'funds_withdrawn',
    'updated',
    'funds_reinstated',
    'closed',
    'funds_withdrawn',
    'created',
  ]);
});

test('funds are reinstated on their own, once', async () => {
  const { id } = await dispute({ withdraw: false });
  expect(await rig.control('POST', `/disputes/${id}/reinstate`)).toHaveProperty('error');
  await rig.control('POST', `/disputes/${id}/withdraw`);
  await rig.control('POST', `/disputes/${id}/reinstate`);
  expect((await read(id)).balance_transactions.map(({ amount }) => amount)).toEqual([-1250, 1250]);
  await rig.control('POST', `/disputes/${id}/close`, { status: 'won' });
  expect(await moved()).toHaveLength(2);
});

test('a dispute may be born lost: the money is gone, and no answer is taken', async () => {
  const { id } = await dispute({ status: 'lost', reason: 'debit_not_authorized' });
  expect(await read(id)).toMatchObject({
    status: 'lost',
    evidence_details: { due_by: null },
    balance_transactions: [{ amount: -1250 }],
  });
  expect(await events()).toEqual(['closed', 'funds_withdrawn', 'created']);
  expect(await refusal(rig.stripe.refunds.create({ payment_intent: intent }))).toMatchObject({
    code: 'charge_disputed',
  });
});

test('after a lost dispute over a part the rest can be refunded, and the caller must know how much that is', async () => {
  const { id } = await dispute({ amount: 500 });
  expect(await refusal(rig.stripe.refunds.create({ payment_intent: intent, amount: 750 }))).toMatchObject({
    code: 'charge_disputed',
  });
  await rig.control('POST', `/disputes/${id}/close`, { status: 'lost' });
  await rig.stripe.refunds.create({ payment_intent: intent, amount: 750 });
  expect(await refusal(rig.stripe.refunds.create({ payment_intent: intent }))).toMatchObject({
    code: 'charge_disputed',
  });
});

test('the bank may give back a part of a lost dispute', async () => {
  const { id } = await dispute();
  await rig.control('POST', `/disputes/${id}/close`, { status: 'lost' });
  await rig.control('POST', `/disputes/${id}/reinstate`, { amount: 250 });
  expect(await read(id)).toMatchObject({ status: 'lost', balance_transactions: [{ amount: -1250 }, { amount: 250 }] });
  expect(await rig.control('POST', `/disputes/${id}/reinstate`, { amount: 1001 })).toHaveProperty('error');
});

test.each([
  ['4000000000002685', 'product_not_received', 'needs_response'],
  ['4000000000001976', 'fraudulent', 'warning_needs_response'],
])('a payment with card %s is disputed after a minute: %s', async (card, reason, status) => {
  const paid = await paidSession(rig, { card });
  await rig.control('POST', '/clock', { advanceMs: 61_000 });
  const { data } = await rig.stripe.disputes.list({ payment_intent: paid.intent });
  expect(data).toMatchObject([{ reason, status }]);
});

test('a dispute may be prevented, or have a status that Stripe does not have yet', async () => {
  expect(await dispute({ status: 'prevented' })).toMatchObject({
    status: 'prevented',
    balance_transactions: [],
    payment_method_details: { card: { case_type: 'resolution' } },
  });
  const { id } = await dispute({ status: 'being_thought_about' });
  expect(await read(id)).toMatchObject({ status: 'being_thought_about' });
  await rig.control('POST', `/disputes/${id}/close`, { status: 'prevented' });
  const [closed] = (await rig.stripe.events.list({ type: 'charge.dispute.closed' })).data;
  expect(closed?.data).toMatchObject({
    object: { status: 'prevented' },
    previous_attributes: { status: 'being_thought_about' },
  });
});

describe('evidence', () => {
  test('is kept as a draft, then submitted, once', async () => {
    const { id } = await dispute();
    const draft = await rig.stripe.disputes.update(id, {
      evidence: { product_description: 'A mug', shipping_carrier: 'DHL' },
      submit: false,
      metadata: { order: '1001' },
    });
    expect(draft).toMatchObject({
      status: 'needs_response',
      metadata: { order: '1001' },
      evidence: { product_description: 'A mug', shipping_carrier: 'DHL' },
      evidence_details: { has_evidence: true, submission_count: 0, submission_method: 'not_submitted' },
    });
    const sent = await rig.stripe.disputes.update(id, { evidence: { shipping_carrier: '', service_date: 'May 1' } });
    expect(sent).toMatchObject({
      status: 'under_review',
      evidence: { product_description: 'A mug', shipping_carrier: null, service_date: 'May 1' },
      evidence_details: { submission_count: 1, submission_method: 'manual', past_due: false },
    });
    const again = await refusal(rig.stripe.disputes.update(id, { evidence: { service_date: 'May 2' } }));
    expect(again).toMatchObject({ statusCode: 400, param: 'evidence', message: expect.stringMatching(/once/) });
    expect(await rig.stripe.disputes.update(id, { metadata: { order: '' } })).toMatchObject({ metadata: {} });
    expect(await events()).toEqual(['updated', 'updated', 'updated', 'funds_withdrawn', 'created']);
  });

  test('is submitted later from its draft', async () => {
    const { id } = await dispute({ status: 'warning_needs_response' });
    await rig.stripe.disputes.update(id, { evidence: { uncategorized_text: 'It was theirs.' }, submit: false });
    expect(await rig.stripe.disputes.update(id, { submit: true })).toMatchObject({ status: 'warning_under_review' });
  });

  test('is past due after its deadline', async () => {
    const { id } = await dispute({ due_by: (await now()) + DAY });
    await rig.control('POST', '/clock', { advanceMs: 2 * DAY * 1000 });
    const { evidence_details } = await rig.stripe.disputes.update(id, { evidence: { uncategorized_text: 'Late' } });
    expect(evidence_details).toMatchObject({ past_due: true, submission_count: 1 });
  });

  test.each([
    ['winning_evidence', 'won', 2],
    ['losing_evidence', 'lost', 1],
  ])('%s of test mode: the dispute is %s', async (uncategorized_text, status, movements) => {
    const { id } = await dispute();
    await rig.stripe.disputes.update(id, { evidence: { uncategorized_text } });
    expect(await read(id)).toMatchObject({ status: 'under_review' });
    await rig.control('POST', '/clock', { advanceMs: 61_000 });
    expect(await read(id)).toMatchObject({ status });
    expect(await moved()).toHaveLength(movements);
  });

  test('is refused when it is too long, unknown, a file, or too late', async () => {
    const { id } = await dispute();
    const tried = (evidence: object) => refusal(rig.stripe.disputes.update(id, { evidence }));
    expect(await tried({ product_description: 'x'.repeat(20_001) })).toMatchObject({ statusCode: 400 });
    expect(await tried({ excuse: 'x' })).toMatchObject({ code: 'parameter_unknown' });
    expect(await tried({ receipt: 'file_1' })).toMatchObject({ param: 'evidence[receipt]' });
    const long = 'x'.repeat(20_000);
    const all = Object.fromEntries(
      'access_activity_log billing_address cancellation_rebuttal customer_name product_description service_date shipping_address uncategorized_text'
        .split(' ')
        .map((field) => [field, long]),
    );
    expect((await tried(all)).message).toMatch(/150000/);
    await rig.stripe.disputes.close(id);
    expect((await tried({ service_date: 'x' })).message).toMatch(/`lost`/);
  });
});

describe('two earlier payments by the card, as Visa wants them', () => {
  const visa = (evidence: object) => ({ evidence: { enhanced_evidence: { visa_compelling_evidence_3: evidence } } });
  const buyer = { customer_email_address: 'a@example.com', customer_purchase_ip: '203.0.113.7' };
  const said = { ...buyer, product_description: 'A mug' };
  const chargeOf = async () =>
    (await rig.stripe.paymentIntents.retrieve((await paidSession(rig)).intent)).latest_charge as string;

  test('are taken where they count, with what is missing said; anything else is refused', async () => {
    const earlier = [charge, await chargeOf()];
    await rig.control('POST', '/clock', { advanceMs: 119 * DAY * 1000 });
    const young = await chargeOf();
    await rig.control('POST', '/clock', { advanceMs: 5 * DAY * 1000 });
    charge = await chargeOf();
    const { id, enhanced_eligibility_types, evidence_details } = await dispute();
    expect(enhanced_eligibility_types).toEqual(['visa_compelling_evidence_3']);
    expect(evidence_details.enhanced_eligibility.visa_compelling_evidence_3?.required_actions).toContain(
      'missing_prior_undisputed_transactions',
    );
    const tell = (prior: object[], change: object = {}) =>
      rig.stripe.disputes.update(id, {
        ...visa({
          disputed_transaction: { ...said, merchandise_or_services: 'merchandise', ...change },
          prior_undisputed_transactions: prior,
        }),
        submit: false,
      });
    const [one, two] = earlier.map((each) => ({ ...said, charge: each })) as [object, object];
    expect((await refusal(tell([one]))).message).toMatch(/Exactly 2/);
    const param = expect.stringMatching(/^evidence\[enhanced_evidence\].*\[1\]\[charge\]$/);
    expect(await refusal(tell([one, { ...said, charge: young }]))).toMatchObject({ param });
    expect((await refusal(tell([one, two], { customer_device_fingerprint: 'short' }))).message).toMatch(/20/);
    expect(await refusal(tell([one, two], { excuse: 'x' }))).toMatchObject({ code: 'parameter_unknown' });
    const { customer_purchase_ip: _ip, ...noMain } = said;
    expect(await tell([one, { ...noMain, charge: earlier[1] }])).toMatchObject({
      evidence_details: {
        enhanced_eligibility: {
          visa_compelling_evidence_3: { required_actions: ['missing_customer_identifiers'], status: 'requires_action' },
        },
      },
    });
    expect(await tell([one, two])).toMatchObject({
      status: 'needs_response',
      evidence_details: { enhanced_eligibility: { visa_compelling_evidence_3: { status: 'qualified' } } },
    });
    await rig.stripe.disputes.update(id, { evidence: { service_date: 'May' }, submit: true });
    expect(await read(id)).toMatchObject({
      evidence: { enhanced_evidence: { visa_compelling_evidence_3: { prior_undisputed_transactions: [{}, {}] } } },
      evidence_details: { enhanced_eligibility: { visa_compelling_evidence_3: { status: 'qualified' } } },
    });
  });

  test('are refused where nobody asked for them', async () => {
    const { id, enhanced_eligibility_types } = await dispute();
    expect(enhanced_eligibility_types).toEqual([]);
    const told = rig.stripe.disputes.update(id, visa({ disputed_transaction: said }));
    expect((await refusal(told)).message).toMatch(/not eligible/);
  });
});

test('a dispute closed through the API is lost, and can be closed only once', async () => {
  const { id } = await dispute();
  expect(await rig.stripe.disputes.close(id)).toMatchObject({ status: 'lost' });
  expect(await refusal(rig.stripe.disputes.close(id))).toMatchObject({ statusCode: 400 });
  expect((await refusal(rig.stripe.disputes.close('du_x'))).statusCode).toBe(404);
});

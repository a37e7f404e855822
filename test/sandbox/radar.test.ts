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

const review = (body: object = {}) => rig.control('POST', `/charges/${charge}/review`, body);
const warn = (body: object = {}) => rig.control('POST', `/charges/${charge}/early-fraud-warning`, body);
const eventsOf = async (type: string) => (await rig.stripe.events.list({ type })).data;

describe('a review', () => {
  test('is opened, linked from the payment, and closed by a person', async () => {
    const { id } = await review();
    expect(id).toMatch(/^prv_/);
    expect(await rig.stripe.reviews.retrieve(id)).toMatchObject({
      open: true,
      charge,
      payment_intent: intent,
      reason: 'rule',
      opened_reason: 'rule',
      closed_reason: null,
    });
    const paid = await rig.stripe.paymentIntents.retrieve(intent, { expand: ['review', 'latest_charge'] });
    expect(paid).toMatchObject({ review: { id, open: true }, latest_charge: { review: id } });
    expect((await rig.stripe.reviews.list()).data.map((each) => each.id)).toEqual([id]);
    expect(await review()).toHaveProperty('error');

    await rig.control('POST', `/reviews/${id}/close`, { reason: 'refunded_as_fraud' });
    expect(await rig.stripe.reviews.retrieve(id)).toMatchObject({
      open: false,
      reason: 'refunded_as_fraud',
      closed_reason: 'refunded_as_fraud',
    });
    expect((await rig.stripe.reviews.list()).data).toEqual([]);
    expect(await eventsOf('review.opened')).toMatchObject([{ data: { object: { id, open: true } } }]);
    expect(await eventsOf('review.closed')).toMatchObject([
      { data: { object: { id, open: false }, previous_attributes: { open: true, reason: 'rule' } } },
    ]);
    expect(await rig.control('POST', `/reviews/${id}/close`, { reason: 'approved' })).toHaveProperty('error');
  });

  test('is approved through the API', async () => {
    const { id } = await review({ reason: 'manual' });
    expect(await rig.stripe.reviews.approve(id)).toMatchObject({ open: false, closed_reason: 'approved' });
    expect((await refusal(rig.stripe.reviews.approve(id))).statusCode).toBe(400);
    expect((await refusal(rig.stripe.reviews.retrieve('prv_x'))).statusCode).toBe(404);
  });

  test.each([
    ['a dispute', () => rig.control('POST', `/charges/${charge}/dispute`, {}), 'disputed'],
    ['a full refund', () => rig.stripe.refunds.create({ payment_intent: intent }), 'refunded'],
    [
      'a refund as fraud',
      () => rig.stripe.refunds.create({ payment_intent: intent, reason: 'fraudulent' }),
      'refunded_as_fraud',
    ],
  ])('is closed by %s', async (_what, happens, reason) => {
    const { id } = await review();
    await rig.stripe.refunds.create({ payment_intent: intent, amount: 1 });
    expect(await rig.stripe.reviews.retrieve(id)).toMatchObject({ open: true });
    await happens();
    expect(await rig.stripe.reviews.retrieve(id)).toMatchObject({ open: false, closed_reason: reason });
  });
});

describe('an early fraud warning', () => {
  test('is reported by an event, listed and retrieved', async () => {
    const { id } = await warn({ fraud_type: 'made_with_stolen_card' });
    expect(id).toMatch(/^issfr_/);
    expect(await rig.stripe.radar.earlyFraudWarnings.retrieve(id, { expand: ['charge'] })).toMatchObject({
      actionable: true,
      charge: { id: charge },
      payment_intent: intent,
      fraud_type: 'made_with_stolen_card',
    });
    const found = async (params: object) => (await rig.stripe.radar.earlyFraudWarnings.list(params)).data.length;
    expect(await found({ charge })).toBe(1);
    expect(await found({ charge: 'ch_other' })).toBe(0);
    expect(await found({ payment_intent: intent })).toBe(1);
    expect(await found({ payment_intent: 'pi_other' })).toBe(0);
    expect(await eventsOf('radar.early_fraud_warning.created')).toMatchObject([{ data: { object: { id } } }]);
  });

  test('is no longer actionable once the charge is refunded, with an event', async () => {
    const { id } = await warn();
    await rig.stripe.refunds.create({ payment_intent: intent });
    expect(await rig.stripe.radar.earlyFraudWarnings.retrieve(id)).toMatchObject({ actionable: false });
    expect(await eventsOf('radar.early_fraud_warning.updated')).toMatchObject([
      { data: { object: { id }, previous_attributes: { actionable: true } } },
    ]);
    expect(await warn()).toMatchObject({ actionable: false });
    expect(await warn({ actionable: true })).toMatchObject({ actionable: true });
  });
});

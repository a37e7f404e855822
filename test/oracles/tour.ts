import { paidSession, startRig } from '../sandbox/rig';

/** Makes the requests that the sandbox answers and none of the watched tests makes. */
export async function tour(): Promise<void> {
  const rig = await startRig();
  try {
    const { stripe } = rig;
    const customer = await stripe.customers.create({ email: 'ada@example.com', address: { country: 'SE' } });
    await stripe.customers.retrieve(customer.id);
    const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'once' });
    await stripe.coupons.retrieve(coupon.id);
    await stripe.coupons.list();
    const code = await stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      code: 'SPRING',
    });
    await stripe.promotionCodes.retrieve(code.id);
    await stripe.promotionCodes.list({ code: 'SPRING' });

    const { intent } = await paidSession(rig, { customer: customer.id, discounts: [{ promotion_code: code.id }] });
    await stripe.paymentIntents.list({ customer: customer.id, expand: ['data.latest_charge.balance_transaction'] });
    const { latest_charge: charge } = await stripe.paymentIntents.update(intent, { description: 'Order 1' });
    await stripe.charges.update(charge as string, { metadata: { order: '1' } });
    await stripe.paymentIntents.cancel(intent).catch(() => undefined);
  } finally {
    await rig.end();
  }
}

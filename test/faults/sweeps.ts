import { type ReconcileInput, reconcileStart } from '../../messages/reconcile';
import type { System } from './system';

/** As the Schedule does, or `temporal workflow start --type reconcile`: a sweep without an API. */
export async function sweep({ temporal }: System, input: ReconcileInput): Promise<void> {
  const run = await temporal.workflow.start('reconcile', reconcileStart(input));
  await run.result();
}

/** How often money moved at Stripe. */
export async function moneyMoved({ stripe }: System): Promise<{ charges: number; refunds: number }> {
  const listed = await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  const count = (type: string) => listed.filter((one) => one.type === type).length;
  return { charges: count('charge'), refunds: count('refund') };
}

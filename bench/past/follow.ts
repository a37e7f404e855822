import { MockActivityEnvironment } from '@temporalio/testing';
import type { Deps } from '../../activities/deps';
import { ledger } from '../../activities/reconcile/ledger';
import type { PageRead } from '../../activities/reconcile/page';
import type { SweepWindow } from '../../domain/sweep';
import { connectStripe } from '../../platform/stripe';
import { startSweep } from '../../store/reconciliation/sweeps';
import type { Planted } from './differences';
import { startEmptyStripe } from './empty-stripe';
import type { Shop } from './shops';

/** What it takes to follow everything that moved to the orders that do not know of it. */
export interface Followed {
  /** Of the activity. Each looks at several pages of the ledger. */
  calls: number;
  seconds: number;
}

/**
 * Runs the product's activity that follows the ledger, call by call as the sweep does. Stripe has nothing of what the
 * ledger lacks. Throws unless each order, refund and dispute that does not know of its money is woken, and Stripe is
 * asked once for each thing that is missing.
 */
export async function follow({ db, now }: Shop, id: string, planted: Planted[], each: number): Promise<Followed> {
  const stripe = await startEmptyStripe();
  const woken: string[] = [];
  const wake = async (what: string) => void woken.push(what);
  const { readBalance } = ledger({
    ...{ db, clock: { now: () => now.getTime() + 1 }, installation: async () => 'hf_bench' },
    stripe: connectStripe({ STRIPE_SECRET_KEY: 'sk_test_of_the_benchmarks', STRIPE_API_BASE: stripe.url }),
    starter: { order: wake, refund: wake, dispute: wake },
  } as unknown as Deps);
  const environment = new MockActivityEnvironment();
  const window = { wide: true, ledgerSince: 0, until: now.getTime() } as SweepWindow;
  await startSweep(db, { id, trigger: 'staff', window, at: now });
  const began = performance.now();
  let calls = 0;
  try {
    for (let cursor: string | null = null; calls === 0 || cursor !== null; calls++)
      ({ cursor } = (await environment.run(readBalance, { id, window, cursor })) as PageRead);
  } finally {
    await stripe.close();
  }
  requireWoken(woken, idsToWake(planted, each));
  const missing = stripe.asked.filter((path) => !path.startsWith('/v1/payouts/'));
  if (missing.length !== 2 * each || new Set(missing).size !== missing.length)
    throw new Error(`Stripe was asked ${missing.length} times for ${2 * each} things that are missing`);
  return { calls, seconds: (performance.now() - began) / 1000 };
}

/** A charge's session, a dispute, or a refund whose amount is another; not one that moved no money. */
function idsToWake(planted: Planted[], each: number): string[] {
  const refunds = planted.filter(({ kind, reference }) => kind === 'refund_differs' && reference.startsWith('re_'));
  const others = planted.filter(
    ({ kind, reference }) =>
      (kind === 'captured_without_order' && reference.startsWith('cs_')) || reference.startsWith('du_'),
  );
  return [...refunds.slice(0, each), ...others].map(({ reference }) => reference);
}

/** A dispute whose two entries lie on two pages is woken for each. */
function requireWoken(found: string[], expected: string[]): void {
  const [had, wanted] = [new Set(found), new Set(expected)];
  const wrong = [...found.filter((id) => !wanted.has(id)), ...expected.filter((id) => !had.has(id))];
  const again = found.filter((id, index) => !id.startsWith('du_') && found.indexOf(id) !== index);
  if (wrong.length + again.length > 0)
    throw new Error(`woken: ${found.length}, not ${expected.length}: ${[...wrong, ...again].slice(0, 3).join(', ')}`);
}

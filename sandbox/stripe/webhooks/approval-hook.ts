/** The order approval hook: asks the shop whether an agent may complete a purchase, as Stripe does before charging. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { ACCOUNT_ID } from '../objects/account';
import { referenceOf } from '../objects/agent-checkouts';
import { detailOf, sessionNamed } from '../objects/sessions';
import { newId } from '../store/ids';
import type { World } from '../world';
import { signatureHeader } from './signature';
import { secretsOf } from './webhook-post';

/** https://docs.stripe.com/agentic-commerce/for-sellers/hooks: four seconds. */
const ANSWER_WITHIN = 4_000;

const HOOK_PATH = '/webhooks/stripe/order-approval';

interface Asked {
  approved: boolean;
  /** Why not, in the shop's words, or in the sandbox's where it did not answer. */
  reason: string | null;
}

/**
 * Asks at the address of the first endpoint that is enabled, signed with its secret.
 * @param patience milliseconds
 */
export async function askForApproval(world: World, session: string, patience = ANSWER_WITHIN): Promise<Asked> {
  const endpoint = [...world.store.endpoints].find(({ status }) => status === 'enabled');
  if (endpoint === undefined) throw invalid('There is no webhook endpoint, so nobody can be asked for approval.');
  const payload = JSON.stringify(requestAbout(world, session), null, 2);
  const answer = await fetch(new URL(HOOK_PATH, endpoint.url), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signatureHeader(payload, secretsOf(world, endpoint.id), world.clock.baseSeconds()),
    },
    body: payload,
    signal: AbortSignal.any([world.ending, AbortSignal.timeout(patience)]),
  }).then(
    async (response) => ({ status: response.status, body: (await response.json().catch(() => null)) as Answer }),
    () => null,
  );
  if (answer === null) return { approved: false, reason: `no answer within ${patience} ms` };
  if (answer.status !== 200) return { approved: false, reason: `the hook answered ${answer.status}` };
  const details = answer.body?.manual_approval_details;
  if (details?.type === 'approved') return { approved: true, reason: null };
  return { approved: false, reason: details?.declined?.reason ?? 'the hook’s answer is not one of an approval' };
}

type Answer = { manual_approval_details?: { type?: string; declined?: { reason?: string } } } | null;

function requestAbout(world: World, id: string): object {
  const { currency, amount_subtotal, amount_total, total_details } = sessionNamed(world, id);
  return {
    id: newId('evt'),
    type: 'v1.delegated_checkout.finalize_checkout',
    livemode: false,
    context: ACCOUNT_ID,
    data: {
      ...{ amount_subtotal, amount_total, currency, total_details },
      automatic_tax: { enabled: false },
      checkout_session: id,
      discounts: [],
      line_item_details: detailOf(world, id).lines.map(lineOf),
      metadata: {},
    },
  };
}

const lineOf = (line: Stripe.LineItem) => ({
  id: line.id,
  name: line.description,
  quantity: line.quantity,
  sku_id: referenceOf(line),
  tax_rates: [],
  unit_amount: line.price?.unit_amount,
  amount_discount: line.amount_discount,
  amount_subtotal: line.amount_subtotal,
  amount_tax: line.amount_tax,
  amount_total: line.amount_total,
});

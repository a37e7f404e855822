import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { endpointUrl } from '../../../activities/catalogue/stripe-endpoint';
import { connectionCode } from '../../../platform/connection-code';
import { isLiveKey } from '../../../platform/env';
import { isRaised, openAlarms } from '../../../store/alarms/alarms';
import { refusedProducts } from '../../../store/catalogue/not-for-sale';
import { linkedProducts } from '../../../store/catalogue/stripe-links';
import { readServer } from '../../../store/server';
import { type Check, type Finding, ok, problem, skipped, warning, worst } from '../finding';
import { PATIENCE_MS, type Site } from '../site';

export const atWork: Check[] = [
  { id: 'clock', group: 'At work', look: clock },
  { id: 'api', group: 'At work', look: api },
  { id: 'webhook-path', group: 'At work', needs: ['api'], look: webhookPath },
  { id: 'catalogue', group: 'At work', needs: ['schema'], look: catalogue },
  { id: 'alarms', group: 'At work', needs: ['schema'], look: alarms },
];

/**
 * Stripe wants a session to last 30 minutes, and Holdfast asks for 31; a signature counts for five minutes. Stripe's
 * clock has whole seconds.
 */
const CLOCK_OFF_MS = { warning: 5_000, problem: 30_000 };

async function clock(site: Site): Promise<Finding> {
  const clocks = await Promise.all([stripesClock(site), databasesClock(site)]);
  const seen = clocks.filter((one) => one !== null);
  const off = seen.map(({ whose, ms }): Finding | null => {
    const says = `This machine’s clock is ${seconds(Math.abs(ms))} ${ms < 0 ? 'ahead of' : 'behind'} ${whose}.`;
    const todo =
      'Let NTP set the clocks (timedatectl shows whether it does): Stripe’s signatures count for five minutes only.';
    if (Math.abs(ms) > CLOCK_OFF_MS.problem) return problem(says, todo);
    return Math.abs(ms) > CLOCK_OFF_MS.warning ? warning(says, todo) : null;
  });
  if (seen.length === 0) return skipped('Not looked at: neither Stripe nor PostgreSQL says what time it is.');
  return worst(off, `This machine’s clock agrees with ${seen.map(({ whose }) => whose).join(' and ')}.`);
}

interface Clock {
  whose: string;
  /** How far it is ahead of ours. */
  ms: number;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** A clock that is read somewhere between two looks at ours. */
async function compared(whose: string, read: () => Promise<number | null>): Promise<Clock | null> {
  const before = Date.now();
  const now = await read().catch(() => null);
  return now === null ? null : { whose, ms: now - (before + Date.now()) / 2 };
}

/** From the `Date` of an answer; also of one that refuses the key, or has no key at all. */
const stripesClock = (site: Site): Promise<Clock | null> =>
  compared('Stripe', async () => {
    const base = site.get('STRIPE_API_BASE') ?? 'https://api.stripe.com';
    const { headers } = await fetch(`${base}/v1/checkout/sessions`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const date = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(date) ? null : date + 500;
  });

const databasesClock = (site: Site): Promise<Clock | null> =>
  compared('PostgreSQL', async () => (await readServer(site.db)).now);

/**
 * Through whatever proxy there is: the way that shoppers and Stripe take. It is asked whether it is alive, since a
 * proxy keeps `/readyz` inside; where that can be reached, what it says counts too.
 */
async function api(site: Site): Promise<Finding> {
  try {
    const alive = await asked(`${site.publicUrl}/healthz`);
    if (alive.body?.status !== 'ok')
      return problem(
        `What answers at ${site.publicUrl}/healthz (${alive.status}) is not Holdfast’s API.`,
        'See PUBLIC_URL, the log of the API, and the proxy before it.',
      );
    const ready = await asked(`${site.publicUrl}/readyz`).catch(() => null);
    const wrong = Object.entries(ready?.body?.checks ?? {}).filter(([, said]) => said !== 'ok');
    if (wrong.length === 0) return ok(`The API ${ready?.body?.checks ? 'is ready' : 'answers'} at ${site.publicUrl}.`);
    return problem(
      `The API is not ready: ${wrong.map(([name, state]) => `${name} ${state}`).join(', ')}.`,
      'See the log of the API, and the checks above.',
    );
  } catch (error) {
    return problem(
      `The API does not answer at ${site.publicUrl} (${connectionCode(error)}).`,
      'Start npm run api, and see PUBLIC_URL, its DNS record, the proxy and its certificate.',
    );
  }
}

async function asked(url: string) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const body = (await answer.json().catch(() => null)) as Health | null;
  return { status: answer.status, body };
}

interface Health {
  status?: string;
  checks?: Record<string, string>;
}

/** An event that nobody acts on, signed with our secret: it is taken only if the bytes and the secret are right. */
async function webhookPath(site: Site): Promise<Finding> {
  const payload = JSON.stringify({
    ...{ id: `evt_holdfast_doctor_${randomUUID()}`, object: 'event', type: 'holdfast.doctor' },
    livemode: isLiveKey(site.need('STRIPE_SECRET_KEY')),
    data: { object: {} },
  });
  const secrets = site.need('STRIPE_WEBHOOK_SECRET');
  for (const [place, secret] of secrets.entries()) {
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    const answer = await fetch(endpointUrl(site.stripeEnv), {
      method: 'POST',
      body: payload,
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok)
      return problem(
        `The API refuses an event that was signed with secret ${place + 1} of ${secrets.length} (${answer.status}).`,
        'Give the API the same STRIPE_WEBHOOK_SECRET, and let the proxy pass bodies on unchanged.',
      );
  }
  return ok('A signed event reaches the API unchanged, and the API knows every signing secret.');
}

async function catalogue({ db }: Site): Promise<Finding> {
  const products = (await linkedProducts(db)).filter(({ active }) => active);
  const drafts = products.filter(({ prices }) =>
    prices.every(({ stripePriceId, predecessor }) => stripePriceId === null && predecessor === null),
  );
  const changed = products.filter(({ prices }) => prices.some(({ predecessor }) => predecessor !== null));
  const refused = await refusedProducts(db);
  const some = (skus: { sku: string }[]) =>
    `${skus
      .slice(0, 3)
      .map(({ sku }) => sku)
      .join(', ')}${skus.length > 3 ? ` and ${skus.length - 3} more` : ''}`;
  return worst(
    [
      products.length === 0
        ? warning(
            'No product is for sale.',
            'Add products (PUT /admin/products/{sku}, or npm run import), or activate some.',
          )
        : null,
      drafts.length > 0
        ? warning(`Not for sale, because they have no price at Stripe: ${some(drafts)}.`, 'Run npm run stripe:setup.')
        : null,
      changed.length > 0
        ? warning(
            `Shoppers still pay the earlier price of ${some(changed)}: the new one is not at Stripe.`,
            'Run npm run stripe:setup.',
          )
        : null,
      refused.length > 0
        ? warning(
            `Stripe refuses to sell ${some(refused)}.`,
            'Run npm run stripe:setup, or activate them and their prices in Stripe’s Dashboard.',
          )
        : null,
    ],
    products.length === 1 ? '1 product is for sale.' : `${products.length} products are for sale.`,
  );
}

async function alarms({ db }: Site): Promise<Finding> {
  const at = new Date();
  const open = (await openAlarms(db)).filter((alarm) => isRaised(alarm, at));
  const words = open.map(({ cause, subject }) => (subject ? `${cause} (${subject})` : cause));
  return open.length === 0
    ? ok('No alarm is open.')
    : warning(
        `Alarms are open: ${words.join(', ')}.`,
        'docs/refusals.md says of each what to do, and so does the mail to STAFF_EMAIL.',
      );
}

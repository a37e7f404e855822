import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, permissionOf, permissionsShown, STRIPE_PERMISSIONS } from '../../platform/stripe-permissions';
import { ROUTES } from '../../sandbox/stripe/http/routes';

const ROOT = join(__dirname, '..', '..');
/** The rooms that call Stripe in production. */
const ROOMS = ['activities', 'api', 'commands', 'platform', 'worker', 'store'];
/** What is not a request: `webhooks` checks signatures, `on` listens, and a probe sends what the list itself says. */
const NO_REQUEST = /^(?:webhooks\.|parseEventNotification|on$|rawRequest$)/;

/** Every `stripe.<resource>.<method>(` of the code, also across lines. */
const calls = new Set(
  sources()
    .flatMap((text) => [...text.matchAll(/\bstripe\s*\.\s*((?:[A-Za-z]+\s*\.\s*)*[A-Za-z]+)\s*(?:<[^>()]*>)?\(/g)])
    .map(([, call]) => (call as string).replace(/\s/g, '')),
);
const requests = [...calls].filter((call) => !NO_REQUEST.test(call)).sort();

test('the list has exactly the calls that the code makes', () => {
  expect(STRIPE_PERMISSIONS.flatMap((one) => one.calls).sort()).toEqual(requests);
});

test('the list has exactly what the code expands, for to expand is to read', () => {
  const expanded = new Set(
    sources().flatMap((text) =>
      [...text.matchAll(/\bexpand: \[([^\]]*)\]/g)].flatMap(([, list]) =>
        [...(list as string).matchAll(/'([^']+)'/g)].flatMap(([, path]) => (path as string).split('.')),
      ),
    ),
  );
  // Parts of the object itself, and what a ledger entry is about: its charges, refunds and disputes are listed anyhow.
  const own = ['data', 'line_items', 'currency_options', 'fixed_amount', 'source'];
  expect(STRIPE_PERMISSIONS.flatMap(({ expanded: fields = [] }) => fields).sort()).toEqual(
    [...expanded].filter((field) => !own.includes(field)).sort(),
  );
});

test('a resource that is only read asks for no more', () => {
  for (const { resource, access, calls: made } of STRIPE_PERMISSIONS) {
    const changes = made.some((call) => /\.(?:create|update|expire|cancel|del)$/.test(call));
    expect([resource, access]).toEqual([resource, changes ? 'write' : 'read']);
  }
});

test('each probe is a request that Stripe’s API has, and none creates anything', () => {
  const patterns = ROUTES.map(({ method, path }) => ({
    method,
    matches: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`),
  }));
  for (const { probe } of STRIPE_PERMISSIONS) {
    const [path = ''] = probe.path.split('?');
    const known = patterns.some(({ method, matches }) => method === probe.method && matches.test(path));
    expect([probe.path, known]).toEqual([probe.path, true]);
    expect(probe.method === 'GET' || path.endsWith('/holdfast_probe')).toBe(true);
  }
});

test('a refused address is named by its permission', () => {
  expect(permissionOf('/v1/refunds')).toBe('Refunds: write');
  expect(permissionOf('/v1/checkout/sessions/cs_1/line_items?limit=100')).toBe('Checkout Sessions: write');
  expect(permissionOf('/v1/radar/early_fraud_warnings/issfr_1')).toBe('Early Fraud Warnings: read');
  expect(permissionOf('/v1/account')).toBeNull(); // the code goes on without it
  expect(permissionOf('/v1/refundsomething')).toBe('/v1/refundsomething');
});

test('Stripe’s own sentence says it better than the address: what is expanded may be what is missing', () => {
  const lacks = (name: string) => `Having the '${name}' permission would allow this request to continue.`;
  const path = '/v1/checkout/sessions/cs_1?expand[0]=payment_intent.latest_charge';
  expect(permissionOf(path, lacks('rak_charge_read'))).toBe('Charges: read');
  expect(permissionOf(path, lacks('payment_intent_read'))).toBe('PaymentIntents: read');
  expect(permissionOf(path, lacks('rak_something_new_read'))).toBe('Checkout Sessions: write');
  expect(permissionOf('/v1/checkout/sessions', lacks('rak_connected_account_read'))).toBeNull();
});

test('an accepted request shows what the key may do, and no more', () => {
  expect(permissionsShown('GET', '/v1/checkout/sessions/cs_1')).toEqual([]); // it may only read, for all we know
  expect(permissionsShown('POST', '/v1/checkout/sessions/cs_1/expire')).toEqual(['Checkout Sessions: write']);
  expect(
    permissionsShown('GET', '/v1/checkout/sessions/cs_1?expand[0]=line_items&expand[1]=payment_intent.latest_charge'),
  ).toEqual(['PaymentIntents: read', 'Charges: read']);
  expect(permissionsShown('GET', '/v1/payouts')).toEqual(['Payouts: read']);
});

test('docs/going-live.md lists each of them', () => {
  const page = readFileSync(join(ROOT, 'docs', 'going-live.md'), 'utf8');
  const rows = [...page.matchAll(/^ *\| ([A-Z][\w ]+) \| (read|write) \| (.+) \|$/gm)];
  expect(rows.map(([, resource, access, needs]) => ({ resource, access, needs }))).toEqual(
    STRIPE_PERMISSIONS.map(({ resource, access, needs }) => ({ resource, access, needs })),
  );
  expect(STRIPE_PERMISSIONS.map(nameOf)).toContain('Disputes: write');
});

function sources(): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(ROOT, room, file), 'utf8')),
  );
}

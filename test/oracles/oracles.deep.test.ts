/**
 * Two judges that are Stripe's own, over what passes between Holdfast and the sandbox while other tests run: stripe-mock says whether each
 * request is one that Stripe takes, the OpenAPI specification whether each answer and event is one that Stripe gives.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { ROUTES } from '../../sandbox/stripe/http/routes';
import { callsToStripe, methodsIn } from './calls';
import { Judge } from './judge';
import { replayed } from './replay';
import { shopLife } from './shop-life';
import { loadSpecification, type Specification } from './specification';
import { type StripeMock, startStripeMock } from './stripe-mock';
import { tour } from './tour';
import { watchedRun } from './watched-run';
import { type Exchange, Witness, type Witnessed } from './witness';

/** What these make the sandbox answer is judged, too, and what `stripe:setup` asks. */
const WATCHED = ['test/sandbox', 'test/platform/stripe-setup'];

/** What a test made the sandbox say although Stripe does not say it, so that Holdfast is seen to bear it. */
const ON_PURPOSE: [RegExp, string][] = [
  [/status: .*"being_thought_about"/, 'a status of a dispute that Stripe has not thought of yet'],
];

/** Every PaymentIntent of the sandbox is a session's, and those are ended by expiring the session. */
const ALWAYS_REFUSED = ['POST /v1/payment_intents/:id/cancel'];

let specification: Specification;
let judge: Judge;
let seen: Witnessed;

beforeAll(async () => {
  specification = await loadSpecification();
  judge = new Judge(specification);
  const here = await witnessed();
  const watched = await watchedRun(WATCHED);
  seen = {
    exchanges: [...watched.exchanges, ...here.exchanges].filter(isFromStripe),
    events: [...watched.events, ...here.events],
  };
}, 300_000);

async function witnessed(): Promise<Witnessed> {
  const witness = Witness.begin();
  try {
    await tour();
    await shopLife();
  } finally {
    witness.end();
  }
  return witness;
}

const operationOf = (one: { method: string; url: string }) => judge.operationOf(one) ?? `${one.method} ${one.url}`;

describe('the specification', () => {
  test('is of the API version that the library speaks', () => {
    expect(specification.info.version).toBe(Stripe.API_VERSION);
  });

  test.each<[string, Parameters<typeof loadSpecification>[0], string]>([
    ['a value', [{ at: 'dispute', field: 'status', values: ['won'], why: '' }], 'already has won of status of dispute'],
    ['a field', [{ at: 'refund', field: 'amount', is: {}, why: '' }], 'already has amount of refund'],
    [
      'a name',
      [{ at: 'POST /v1/refunds', field: 'sum', renamed: 'amount', why: '' }],
      'has no sum of POST /v1/refunds',
    ],
    ['a request', [{ at: 'GET /v1/refunds', component: {}, why: '' }], 'already has GET /v1/refunds'],
  ])('says when a newer one makes a change needless or impossible: %s', async (_, changes, complaint) => {
    await expect(loadSpecification(changes)).rejects.toThrow(complaint);
  });
});

describe('every request of Holdfast', () => {
  let mock: StripeMock;
  let folder: string;
  let asked: Exchange[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-oracle-'));
    const file = join(folder, 'specification.json');
    writeFileSync(file, JSON.stringify(specification));
    mock = await startStripeMock(file);
    asked = seen.exchanges.filter(({ byHoldfast }) => byHoldfast);
  }, 300_000);

  afterAll(async () => {
    await mock?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is one that Stripe takes', async () => {
    expect(await replayed(mock.url, asked)).toEqual([]);
  });

  test('is in the API version that the library speaks', () => {
    expect(new Set(asked.map(({ version }) => version))).toEqual(new Set([Stripe.API_VERSION]));
  });

  test('was seen: no method that is called in the source is missing', async () => {
    const calls = await callsToStripe();
    const operations = new Set(asked.map(operationOf));
    const missing = calls.filter(({ verb, path }) => !operations.has(operationOf({ method: verb, url: path })));
    expect(missing).toEqual([]);
    expect(calls.map(({ method }) => method)).toContain('checkout.sessions.create');
  });

  test.each<[string, Partial<Exchange>, RegExp]>([
    ['a parameter it does not know', { body: 'payment_intent=pi_1&amuont=1' }, /amuont/],
    [
      'the name of an earlier version',
      { url: '/v1/checkout/sessions', body: 'payment_method_types[0]=card' },
      /payment_method_types/,
    ],
    ['a value that is none', { body: 'payment_intent=pi_1&reason=regret' }, /reason/],
    ['text for a number', { body: 'payment_intent=pi_1&amount=much' }, /amount/],
    ['an unknown address', { url: '/v1/refounds' }, /404/],
    ['another version', { version: '2026-08-26.dahlia' }, /2026-08-26/],
  ])('would be refused with %s', async (_, wrong, complaint) => {
    const refund = {
      method: 'POST',
      url: '/v1/refunds',
      version: Stripe.API_VERSION,
      contentType: FORM,
      body: 'payment_intent=pi_1',
    };
    expect(await replayed(mock.url, [refund as Exchange])).toEqual([]);
    expect(await replayed(mock.url, [{ ...refund, ...wrong } as Exchange])).toEqual([expect.stringMatching(complaint)]);
  });

  test('is found in the source however it is written, and nothing that only looks like it', () => {
    const found = (source: string) => methodsIn(source, 'a.ts');
    expect(found('await deps.stripe.checkout.sessions\n  .expire(id)')).toEqual(['checkout.sessions.expire']);
    expect(found('stripe.refunds.list({ charge }).autoPagingToArray()')).toEqual(['refunds.list']);
    expect(found("// stripe.refunds.create(\nconst at = 'https://docs.stripe.com/api';")).toEqual([]);
    expect(() => found('const { create } = stripe.refunds;')).toThrow('a.ts');
  });
});

describe('every answer of the sandbox', () => {
  test('is one that Stripe gives', () => {
    expect(
      counted(
        seen.exchanges.flatMap((one) =>
          judge.answer(one).map((complaint) => `${operationOf(one)} ${one.status} ${complaint}`),
        ),
      ),
    ).toEqual([]);
  });

  test('was seen, of every route', () => {
    const answered = seen.exchanges.filter(({ status }) => status === 200);
    const missing = ROUTES.filter(({ method, path }) => {
      const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
      return !answered.some((one) => one.method === method && pattern.test(one.url.split('?')[0] as string));
    });
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual(ALWAYS_REFUSED);
  });

  test('was seen as a refusal, of every kind', () => {
    const kinds = seen.exchanges
      .filter(({ status }) => status !== 200)
      .map(({ answer }) => JSON.parse(answer).error.type);
    expect([...new Set(kinds)].sort()).toEqual(['api_error', 'idempotency_error', 'invalid_request_error']);
  });

  test.each<[string, (refund: Record<string, unknown>) => void, string]>([
    [
      'a field that Stripe does not have',
      (refund) => Object.assign(refund, { sum: 1 }),
      ': must NOT have additional properties: sum',
    ],
    ['a field missing', (refund) => delete refund.amount, ": must have required property 'amount'"],
    ['text for a number', (refund) => Object.assign(refund, { amount: '1' }), '/amount: must be integer'],
    [
      'null where something must be',
      (refund) => Object.assign(refund, { currency: null }),
      '/currency: must be string',
    ],
    [
      'a kind of object that is none',
      (refund) => Object.assign(refund, { object: 'refound' }),
      '/object: must be equal to one of the allowed values: "refound"',
    ],
    [
      'half an object where the whole was asked for',
      (refund) => Object.assign(refund, { charge: { id: 'ch_1', object: 'charge' } }),
      "/charge: must have required property 'amount'",
    ],
  ])('would be refused with %s', (_, spoil, complaint) => {
    const good = seen.exchanges.find(
      (one) => operationOf(one) === 'POST /v1/refunds' && one.status === 200,
    ) as Exchange;
    expect(judge.answer(good)).toEqual([]);
    const refund = JSON.parse(good.answer);
    spoil(refund);
    expect(judge.answer({ ...good, answer: JSON.stringify(refund) })).toContain(complaint);
  });

  test('would be refused with an error that is none', () => {
    const good = seen.exchanges.find(({ status }) => status === 404) as Exchange;
    expect(judge.answer({ ...good, answer: '{"message":"no"}' })).toContain(": must have required property 'error'");
    expect(judge.answer({ ...good, answer: '{"error":{"type":"bad_luck"}}' })).toEqual([
      '/error/type: must be equal to one of the allowed values: "bad_luck"',
    ]);
  });
});

describe('every event of the sandbox', () => {
  test('is one that Stripe sends', () => {
    expect(
      counted(
        seen.events.flatMap((event) => judge.event(event).map((complaint) => `${JSON.parse(event).type} ${complaint}`)),
      ),
    ).toEqual([]);
  });

  test('was seen, of every type that its source names', () => {
    const types = new Set(seen.events.map((event) => JSON.parse(event).type));
    expect(eventTypesInSource().filter((type) => !types.has(type))).toEqual([]);
  });

  test.each<[string, (event: Stripe.Event) => void, string]>([
    [
      'a type that is none',
      (event) => Object.assign(event, { type: 'refund.asked' }),
      '/type: no endpoint can ask for refund.asked',
    ],
    [
      'a field too many in its object',
      (event) => Object.assign(event.data.object, { sum: 1 }),
      '/data/object: must NOT have additional properties: sum',
    ],
    [
      'an earlier value of a field that is none',
      (event) => Object.assign(event.data, { previous_attributes: { sum: 1 } }),
      '/data/previous_attributes: refund has no sum',
    ],
    [
      'no object',
      (event) => Object.assign(event.data, { object: {} }),
      '/data/object: the specification has no undefined',
    ],
  ])('would be refused with %s', (_, spoil, complaint) => {
    const good = seen.events.find((event) => JSON.parse(event).type === 'refund.created') as string;
    expect(judge.event(good)).toEqual([]);
    const event = JSON.parse(good);
    spoil(event);
    expect(judge.event(JSON.stringify(event))).toContain(complaint);
  });
});

/** A fault may put a proxy's page or another server's words in the answer's place: those are not Stripe's to promise. */
const isFromStripe = ({ requestId, answerType, answer }: Exchange) =>
  requestId !== null && answerType?.startsWith('application/json') && !answer.includes('no Route matched');

const FORM = 'application/x-www-form-urlencoded';

/** Each complaint once, with how often it was heard. */
function counted(complaints: string[]): string[] {
  const meant = complaints.filter((complaint) => !ON_PURPOSE.some(([pattern]) => pattern.test(complaint)));
  return [...new Set(meant)]
    .sort()
    .map((complaint) => `${meant.filter((one) => one === complaint).length}× ${complaint}`);
}

function eventTypesInSource(): string[] {
  const folder = join(__dirname, '..', '..', 'sandbox', 'stripe');
  const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  return judge.eventTypes.filter((type) => type !== '*' && source.includes(`'${type}'`));
}

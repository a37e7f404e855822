/**
 * Checks the traffic between Holdfast and the sandbox, recorded while other tests run: stripe-mock checks every
 * request, Stripe's OpenAPI specification every answer and event.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';
import { ROUTES } from '../../sandbox/stripe/http/routes';
import { newFolder } from '../support/folder';
import { callsToStripe, methodsIn } from './calls';
import { Judge } from './judge';
import { replayed } from './replay';
import { shopLife } from './shop-life';
import { loadSpecification, type Specification } from './specification';
import { type StripeMock, startStripeMock } from './stripe-mock';
import { tour } from './tour';
import { watchedRun } from './watched-run';
import { type Exchange, Witness, type Witnessed } from './witness';

/** Tests whose traffic is checked too. */
const WATCHED = ['test/sandbox', 'test/platform/stripe-setup'];

/** Values that Stripe does not have, which a test used on purpose to see that Holdfast copes. */
const ON_PURPOSE: [RegExp, string][] = [
  [/status: .*"being_thought_about"/, 'a dispute status that Stripe does not have yet'],
];

/** Every PaymentIntent in the sandbox belongs to a session, so only one that waits to be captured can be cancelled. */
const ALWAYS_REFUSED = ['POST /v1/payment_intents/:id/cancel'];

let specification: Specification;
let judge: Judge;
let recorded: Witnessed;

beforeAll(async () => {
  specification = await loadSpecification();
  judge = new Judge(specification);
  const here = await witnessed();
  const watched = await watchedRun(WATCHED);
  recorded = {
    exchanges: [...watched.exchanges, ...here.exchanges].filter(isFromStripe),
    events: [...watched.events, ...here.events].filter(isEvent),
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
  test('has the API version of the library', () => {
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
  ])('reports when a newer one makes a change needless or impossible: %s', async (_, changes, complaint) => {
    await expect(loadSpecification(changes)).rejects.toThrow(complaint);
  });
});

describe('every request Holdfast makes', () => {
  let mock: StripeMock;
  let folder: string;
  let requests: Exchange[];

  beforeAll(async () => {
    folder = newFolder('oracle');
    const file = join(folder, 'specification.json');
    writeFileSync(file, JSON.stringify(specification));
    mock = await startStripeMock(file);
    requests = recorded.exchanges.filter(({ byHoldfast }) => byHoldfast);
  }, 300_000);

  afterAll(async () => {
    await mock?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is accepted by stripe-mock', async () => {
    expect(await replayed(mock.url, requests)).toEqual([]);
  });

  test('has the API version of the library', () => {
    expect(new Set(requests.map(({ version }) => version))).toEqual(new Set([Stripe.API_VERSION]));
  });

  test('was recorded: none of the methods called in the source is missing', async () => {
    const calls = await callsToStripe();
    const operations = new Set(requests.map(operationOf));
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
    ['an unknown value', { body: 'payment_intent=pi_1&reason=regret' }, /reason/],
    ['text for a number', { body: 'payment_intent=pi_1&amount=much' }, /amount/],
    ['an unknown address', { url: '/v1/refounds' }, /404/],
    ['another version', { version: '2026-08-26.dahlia' }, /2026-08-26/],
  ])('would fail with %s', async (_, wrong, complaint) => {
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

  test('is found in the source, however it is written, without false matches', () => {
    const found = (source: string) => methodsIn(source, 'a.ts');
    expect(found('await deps.stripe.checkout.sessions\n  .expire(id)')).toEqual(['checkout.sessions.expire']);
    expect(found('stripe.refunds.list({ charge }).autoPagingToArray()')).toEqual(['refunds.list']);
    expect(found("// stripe.refunds.create(\nconst at = 'https://docs.stripe.com/api';")).toEqual([]);
    expect(() => found('const { create } = stripe.refunds;')).toThrow('a.ts');
  });
});

describe('every answer of the sandbox', () => {
  test('matches the specification', () => {
    expect(
      counted(
        recorded.exchanges.flatMap((one) =>
          judge.answer(one).map((complaint) => `${operationOf(one)} ${one.status} ${complaint}`),
        ),
      ),
    ).toEqual([]);
  });

  test('was recorded for every route', () => {
    const answered = recorded.exchanges.filter(({ status }) => status === 200);
    const missing = ROUTES.filter(({ method, path }) => {
      const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
      return !answered.some((one) => one.method === method && pattern.test(one.url.split('?')[0] as string));
    });
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual(ALWAYS_REFUSED);
  });

  test('was recorded as a refusal of every kind', () => {
    const kinds = recorded.exchanges
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
    ['null for a required value', (refund) => Object.assign(refund, { currency: null }), '/currency: must be string'],
    [
      'an unknown kind of object',
      (refund) => Object.assign(refund, { object: 'refound' }),
      '/object: must be equal to one of the allowed values: "refound"',
    ],
    [
      'half an object where the whole was requested',
      (refund) => Object.assign(refund, { charge: { id: 'ch_1', object: 'charge' } }),
      "/charge: must have required property 'amount'",
    ],
  ])('would fail with %s', (_, spoil, complaint) => {
    const good = recorded.exchanges.find(
      (one) => operationOf(one) === 'POST /v1/refunds' && one.status === 200,
    ) as Exchange;
    expect(judge.answer(good)).toEqual([]);
    const refund = JSON.parse(good.answer);
    spoil(refund);
    expect(judge.answer({ ...good, answer: JSON.stringify(refund) })).toContain(complaint);
  });

  test('would fail with an unknown error', () => {
    const good = recorded.exchanges.find(({ status }) => status === 404) as Exchange;
    expect(judge.answer({ ...good, answer: '{"message":"no"}' })).toContain(": must have required property 'error'");
    expect(judge.answer({ ...good, answer: '{"error":{"type":"bad_luck"}}' })).toEqual([
      '/error/type: must be equal to one of the allowed values: "bad_luck"',
    ]);
  });
});

describe('every event of the sandbox', () => {
  test('matches the specification', () => {
    expect(
      counted(
        recorded.events.flatMap((event) =>
          judge.event(event).map((complaint) => `${JSON.parse(event).type} ${complaint}`),
        ),
      ),
    ).toEqual([]);
  });

  test('was recorded for every type named in the source', () => {
    const types = new Set(recorded.events.map((event) => JSON.parse(event).type));
    expect(eventTypesInSource().filter((type) => !types.has(type))).toEqual([]);
  });

  test.each<[string, (event: Stripe.Event) => void, string]>([
    [
      'an unknown type',
      (event) => Object.assign(event, { type: 'refund.asked' }),
      '/type: no endpoint can subscribe to refund.asked',
    ],
    [
      'an extra field in its object',
      (event) => Object.assign(event.data.object, { sum: 1 }),
      '/data/object: must NOT have additional properties: sum',
    ],
    [
      'an earlier value of an unknown field',
      (event) => Object.assign(event.data, { previous_attributes: { sum: 1 } }),
      '/data/previous_attributes: refund has no sum',
    ],
    [
      'no object',
      (event) => Object.assign(event.data, { object: {} }),
      '/data/object: the specification has no undefined',
    ],
  ])('would fail with %s', (_, spoil, complaint) => {
    const good = recorded.events.find((event) => JSON.parse(event).type === 'refund.created') as string;
    expect(judge.event(good)).toEqual([]);
    const event = JSON.parse(good);
    spoil(event);
    expect(judge.event(JSON.stringify(event))).toContain(complaint);
  });
});

/** Leaves out answers of a faked proxy or another server, which faults produce and the specification does not cover. */
const isFromStripe = ({ requestId, answerType, answer }: Exchange) =>
  requestId !== null && answerType?.startsWith('application/json') && !answer.includes('no Route matched');

/** The approval hook asks with a body signed like an event's. No specification has its preview (docs/deciding/0044). */
const isEvent = (payload: string) => !payload.includes('"v1.delegated_checkout.finalize_checkout"');

const FORM = 'application/x-www-form-urlencoded';

/** Each complaint once, with its number. */
function counted(complaints: string[]): string[] {
  const unexpected = complaints.filter((complaint) => !ON_PURPOSE.some(([pattern]) => pattern.test(complaint)));
  return [...new Set(unexpected)]
    .sort()
    .map((complaint) => `${unexpected.filter((one) => one === complaint).length}× ${complaint}`);
}

function eventTypesInSource(): string[] {
  const folder = join(__dirname, '..', '..', 'sandbox', 'stripe');
  const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  return judge.eventTypes.filter((type) => type !== '*' && source.includes(`'${type}'`));
}

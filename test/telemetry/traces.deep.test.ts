import { readFileSync } from 'node:fs';
import type { SessionId } from '../../domain/ids';
import { workflowBundle } from '../../worker/bundle';
import { replay, savedHistories } from '../../worker/replay';
import { type Receiver, startReceiver } from '../events/receiver';
import { Shop } from '../faults/shop';
import { System } from '../faults/system';
import { HISTORIES } from '../replay/record';
import { until } from '../support/launched';
import { quietWorkers } from '../support/quiet';
import { type SeenSpan, startCollector } from './collector';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const STOREFRONT = { traceId: TRACE, spanId: 'b7ad6b7169203331' };
const EMAIL = 'ada.lovelace@example.com';
const NAME = 'Ada Lovelace';

let collector: Awaited<ReturnType<typeof startCollector>>;
let receiver: Receiver;
let system: System;
let shop: Shop;
let id: SessionId;
let number: string;

beforeAll(async () => {
  quietWorkers();
  collector = await startCollector();
  receiver = await startReceiver();
  system = await System.start({
    env: {
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' },
      ...{ EVENTS_URL: receiver.url, EVENTS_SECRET: `whsec_${Buffer.alloc(24, 'e').toString('base64')}` },
    },
  });
  shop = new Shop(system);
  await shop.product('song');
  const traceparent = `00-${TRACE}-${STOREFRONT.spanId}-01`;
  const cart = { items: [{ sku: 'song', quantity: 1 }], email: EMAIL };
  // A cold process may ask shoppers to come again.
  const opened = await until('a checkout', async () => {
    const answer = await shop.post('/checkout', cart, { traceparent });
    return answer.status === 201 ? answer.body : null;
  });
  id = opened.sessionId;
  await shop.pay(id, { email: EMAIL, name: NAME });
  await shop.settled(id);
  await shop.mailed(id, ['order_confirmation', 'order_received']);
  ({ number } = await shop.order(id));
  await until('the end of the order’s trace', () => ofOrder('CompleteWorkflow:order'));
  await until('the event', () => receiver.got.length > 0);
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await receiver?.stop();
  collector?.close();
});

const ofOrder = (name: string): SeenSpan | undefined =>
  collector.spans.find((span) => span.traceId === TRACE && span.name === name);

/** The names on the way up from a span to the storefront's. */
function wayUp(span: SeenSpan | undefined): string[] {
  if (span === undefined) return ['nothing'];
  if (span.parentSpanId === STOREFRONT.spanId) return [span.name, 'the storefront'];
  const { traceId, parentSpanId } = span;
  return [span.name, ...wayUp(collector.spans.find((one) => one.traceId === traceId && one.spanId === parentSpanId))];
}

const CHECKOUT = ['POST /checkout', 'the storefront'];
const RUN = ['RunWorkflow:order', 'UpdateWithStartWorkflow:open', ...CHECKOUT];

test.each([
  ['the session made at Stripe', 'POST /v1/checkout/sessions', CHECKOUT],
  ['the checkout written down', /^SELECT \w+checkout\w*$|^INSERT checkouts$/, CHECKOUT],
  ['the workflow’s run', 'RunWorkflow:order', RUN.slice(1)],
  ['the update that opens it', 'HandleUpdate:open', RUN],
  ['the order written, in a local activity', 'RunActivity:openOrder', RUN],
  ['by a statement', 'SELECT open_order', ['RunActivity:openOrder', ...RUN]],
  ['the webhook’s message', 'HandleSignal:look', RUN],
  ['the payment read at Stripe', 'GET /v1/checkout/sessions/{id}', ['RunActivity:lookAtSession', ...RUN]],
  ['the stock sold', 'SELECT commit_order', ['RunActivity:commitOrder', ...RUN]],
  ['the mail', 'send order_confirmation', ['RunActivity:sendMails', ...RUN]],
  ['the end', 'CompleteWorkflow:order', RUN],
])('%s is a part of the storefront’s trace', (_what, name, above) => {
  const found = collector.spans.filter(
    (span) => span.traceId === TRACE && (typeof name === 'string' ? span.name === name : name.test(span.name)),
  );
  expect(found.map((span) => wayUp(span).slice(1))).toContainEqual(above);
});

test('the webhook, which comes from Stripe without a trace, and the order lead to each other', async () => {
  const inOrder = ofOrder('HandleSignal:look');
  const [toWebhook] = inOrder?.links ?? [];
  const ofWebhook = collector.spans.filter(({ traceId }) => traceId === toWebhook?.traceId);
  const request = ofWebhook.find(({ name }) => name === 'POST /webhooks/stripe');
  expect(request?.attributes).toMatchObject({ 'holdfast.session': id, 'http.response.status_code': 200 });
  const message = ofWebhook.find(({ name }) => name === 'HandleSignal:look');
  expect(ofWebhook.find(({ spanId }) => spanId === message?.parentSpanId)).toMatchObject({
    name: 'SignalWorkflow:look',
    parentSpanId: request?.spanId,
  });
  const run = ofOrder('RunWorkflow:order');
  expect(message?.links).toEqual([expect.objectContaining({ traceId: TRACE, spanId: run?.spanId })]);
});

test('the receiver of events is told the trace of their delivery', async () => {
  const [, traceId, spanId] = String(receiver.got[0]?.headers.traceparent).split('-');
  // The receiver hears of it while the span is still open.
  const delivery = await until('the span of the delivery', () =>
    collector.spans.find((span) => span.traceId === traceId && span.spanId === spanId),
  );
  expect(delivery.name).toBe('POST events');
});

test('Stripe is told none of it, and nothing personal stands in a span', async () => {
  for (const request of await shop.requests('POST', /^\/v1\/checkout\/sessions/))
    expect(JSON.stringify(request)).not.toContain(TRACE);
  const all = collector.bodies.join('\n');
  expect(all).toContain(number);
  expect(all).not.toMatch(/ada\.lovelace|Ada Lovelace|staff@example|admin-token|sk_test|whsec_|signing-secret/i);
  expect(collector.spans.filter(({ failed }) => failed)).toEqual([]);
});

test('every line of both processes is JSON, and those of the checkout name the trace', () => {
  const lines = [...system.apis, ...system.workers].flatMap(({ log }) =>
    readFileSync(log, 'utf8').split('\n').filter(Boolean),
  );
  expect(lines.length).toBeGreaterThan(2);
  const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(read).toContainEqual(expect.objectContaining({ route: '/checkout', session: id, number, trace: TRACE }));
  expect(lines.join('\n')).not.toMatch(/ada\.lovelace|Ada Lovelace/i);
});

test('histories replay with tracing and without it, whichever they were made with', async () => {
  const traced = await workflowBundle({ traced: true });
  const made = { workflowId: id, history: await system.temporal.workflow.getHandle(id).fetchHistory() };
  expect(JSON.stringify(made.history)).toContain('_tracer-data');
  expect(await replay([made], await workflowBundle())).toEqual([]);
  expect(await replay([made, ...savedHistories(HISTORIES)], traced)).toEqual([]);
});

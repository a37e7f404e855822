import { createTracer } from '../platform/opentelemetry';
import { markSpan, setTracer, stopTracing, traced } from '../platform/trace';

/** The processor time of one span, in microseconds: of the first ones of a process, and of those that come later. */
export interface SpanCost {
  cold: number;
  warm: number;
}

/**
 * Measures a loop of what orders do, and sends its spans to a collector. Without the collector's address it does the
 * same without tracing: what is left between the two is the cost of a span. bench/tracing.ts starts a process for each
 * of them, so that nothing else is in its processor time, and no code was compiled before.
 */
async function main(): Promise<void> {
  const [endpoint] = process.argv.slice(2);
  let lost = false;
  if (endpoint !== undefined) setTracer(createTracer(endpoint, 'holdfast-bench', { warn: () => (lost = true) }));
  const cold = await costOf(() => makeSpans(COLD));
  await makeSpans(ORDERS);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // the last spans are sent meanwhile
  const warm = await costOf(async () => {
    await makeSpans(ORDERS);
    await stopTracing();
  });
  if (lost) throw new Error('spans were lost, so not all of the work was done');
  const aSpan = (ms: number, orders: number) => (ms * 1_000) / (orders * SPANS);
  const cost: SpanCost = { cold: aSpan(cold, COLD), warm: aSpan(warm, ORDERS) };
  await new Promise((sent) => (process.send ? process.send(cost, sent) : sent(null)));
}

const COLD = 100;
const ORDERS = 1_000;
const ACTIVITIES = 6;
const STATEMENTS = 3;
const MARKS = 5;
/** As many as an order makes, in about its proportions. */
const SPANS = ACTIVITIES * (1 + STATEMENTS) + MARKS;

/** The processor time of something, in milliseconds. */
async function costOf(act: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

async function makeSpans(orders: number): Promise<void> {
  for (let made = 0; made < orders; made += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_one, index) => spansOfOrder(made + index)));
}

const AT_ONCE = 4;

async function spansOfOrder(order: number): Promise<void> {
  const parent = { traceparent: `00-${(order + 1).toString(16).padStart(32, '0')}-b7ad6b7169203331-01` };
  const about = { 'temporal.workflow.id': `cs_test_${'a'.repeat(58)}`, 'temporal.run.id': RUN };
  for (let activity = 0; activity < ACTIVITIES; activity++) {
    const attributes = { ...about, 'temporal.activity.attempt': 1, 'temporal.task_queue': 'orders' };
    await traced({ name: 'RunActivity:commitOrder', kind: 'server', parent, attributes }, async () => {
      for (let statement = 0; statement < STATEMENTS; statement++) await traced(STATEMENT, () => answer());
    });
  }
  for (let mark = 0; mark < MARKS; mark++)
    markSpan({ name: 'HandleSignal:look', parent, links: [], startedAt: Date.now(), attributes: about });
}

const RUN = '018f6f6e-5c3b-7d2a-9c41-aabbccddeeff';
const STATEMENT = {
  name: 'SELECT commit_order',
  kind: 'client' as const,
  attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'SELECT commit_order' },
};
const answer = () => new Promise<void>((resolve) => setImmediate(resolve));

void main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

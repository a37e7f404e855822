import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { Program } from '../sandbox/program';
import { setUpTemporal } from '../worker/temporal-setup';
import { cpuOf } from './cpu';
import type { Figure } from './figures';
import { inFlight } from './load';
import type { Effort } from './orders';
import { buy, putOnSale } from './shopper';
import type { SpanCost } from './span-cost';
import type { System } from './system';

/**
 * The processor time of API and worker an order with every order traced, beside the same without tracing. Three pairs
 * of processes take turns on the same servers: two without tracing and one with it, each in a namespace of its own and
 * otherwise alike. How far the two without tracing differ is how far the figure can be trusted. The collector is in the
 * benchmark's process, and not counted.
 */
export async function tracing(system: System, { rounds, orders, atOnce }: Effort): Promise<Figure[]> {
  const collector = await startCollector();
  try {
    await putOnSale(system, [SKU]);
    const plain = await startPair(system, 'plain');
    const control = await startPair(system, 'control');
    const traced = await startPair(system, 'traced', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const pairs = [plain, control, traced];
    const some = Math.min(atOnce, AT_ONCE);
    const order = ({ api }: Pair) => untilServed(() => buy(system, SKU, api));
    // Cold code costs more, and a cold API refuses shoppers: every pair is warmed by as many orders that it has made.
    for (const pair of pairs) await inFlight(orders * WARM_ROUNDS, some, () => order(pair));
    const costs: { plain: number; control: number; traced: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const ms = new Map(pairs.map((pair) => [pair, 0]));
      for (let left = orders, turn = round; left > 0; left -= TURN, turn++) {
        // Each goes first, second and last as often as the others.
        for (const pair of [...pairs.slice(turn % pairs.length), ...pairs.slice(0, turn % pairs.length)]) {
          const cost = await costOf(pair, () => inFlight(Math.min(left, TURN), some, () => order(pair)));
          ms.set(pair, (ms.get(pair) ?? 0) + cost);
        }
      }
      const of = (pair: Pair) => (ms.get(pair) ?? Number.NaN) / orders;
      costs.push({ plain: of(plain), control: of(control), traced: of(traced) });
    }
    for (const program of [traced.api, traced.worker]) await program.terminate(); // sends what it still has
    const spans = collector.spans() / ((WARM_ROUNDS + rounds) * orders);
    const spanCosts = await spansAlone(collector.url, rounds);
    return [
      {
        ...{ bench: 'tracing', what: 'CPU of an order that is traced', beside: 'not traced', reach: { most: 1.03 } },
        values: costs.map((one) => (2 * one.traced) / (one.plain + one.control)),
      },
      {
        ...{ bench: 'tracing', what: 'CPU of an order that is not traced', beside: 'not traced, either', reach: null },
        values: costs.map((one) => one.control / one.plain),
      },
      ...(['plain', 'control', 'traced'] as const).map((name) => ({
        ...{ bench: 'tracing', what: 'CPU of API and worker an order, ms', beside: name, reach: null },
        values: costs.map((one) => one[name]),
      })),
      { bench: 'tracing', what: 'spans an order', beside: '–', reach: null, values: [spans] },
      ...(['cold', 'warm'] as const).map((name) => ({
        ...{ bench: 'tracing', what: 'CPU of a span, made in a loop, µs', beside: name, reach: null },
        values: spanCosts.map((one) => one[name]),
      })),
    ];
  } finally {
    collector.close();
  }
}

const SKU = 'bench-tracing';
/** So few that a busy machine, too, serves them all: a refusal costs something and makes no order. */
const AT_ONCE = 4;
/** Orders of one pair before it is another's turn: what else the machine does meanwhile meets all of them. */
const TURN = 10;
const WARM_ROUNDS = 2;

type Pair = Pick<System, 'api' | 'worker'>;

async function startPair(system: System, name: string, more: Record<string, string> = {}): Promise<Pair> {
  const namespace = `tracing-${name}`;
  const temporal = new Client({ connection: system.client.connection, namespace });
  await setUpTemporal({ temporal, env: { RECONCILE_INTERVAL_SECONDS: 86_400 }, log: () => undefined });
  const env = { ...more, TEMPORAL_NAMESPACE: namespace };
  const [api, worker] = await Promise.all([
    system.another(`${name}-api`, 'api/main.ts', 'PORT', env),
    system.another(`${name}-worker`, 'worker/main.ts', 'WORKER_PORT', env),
  ]);
  return { api, worker };
}

/** A new namespace is known to every part of the server only after some seconds, and a busy API asks to come again. */
async function untilServed(order: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const error = await order().then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error('no order could be bought within a minute');
}

/** The processor time of both processes while something was done, in milliseconds. */
async function costOf({ api, worker }: Pair, act: () => Promise<unknown>): Promise<number> {
  const used = () => [api, worker].reduce((sum, { pid }: Program) => sum + (cpuOf(pid) ?? Number.NaN), 0);
  const before = used();
  await act();
  return used() - before;
}

/** What a span costs by itself, as often as there are rounds: what a loop takes more with tracing than without. */
async function spansAlone(collectorUrl: string, rounds: number): Promise<SpanCost[]> {
  const costs: SpanCost[] = [];
  for (let round = 0; round < rounds; round++) {
    const [traced, plain] = [await loopCost([collectorUrl]), await loopCost([])];
    costs.push({ cold: traced.cold - plain.cold, warm: traced.warm - plain.warm });
  }
  return costs;
}

function loopCost(args: string[]): Promise<SpanCost> {
  // No queue is too short for the loop, which makes far more spans at once than orders do; and they are soon sent.
  const env = { ...process.env, OTEL_BSP_MAX_QUEUE_SIZE: '1000000', OTEL_BSP_SCHEDULE_DELAY: '100' };
  const child = fork(join(__dirname, 'span-cost.ts'), args, { env });
  return new Promise<SpanCost>((resolve, reject) => {
    child.once('message', (cost) => resolve(cost as SpanCost));
    child.once('exit', () => reject(new Error('bench/span-cost.ts ended without a figure')));
  });
}

/** Takes spans and counts them. */
async function startCollector() {
  let spans = 0;
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    spans += Buffer.concat(chunks).toString().split('"startTimeUnixNano"').length - 1;
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

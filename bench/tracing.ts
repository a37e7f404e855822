import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import type { Program } from '../sandbox/program';
import { setUpTemporal } from '../worker/temporal-setup';
import { cpuOf } from './cpu';
import type { Figure } from './figures';
import { inFlight } from './load';
import type { Effort } from './orders';
import { buy, putOnSale } from './shopper';
import type { System } from './system';

/**
 * The processor time of API and worker an order with every order traced, beside the same without tracing. The two take
 * turns on the same servers, each with its own processes, and the traced one in a namespace of its own. The collector
 * is in the benchmark's process, and not counted.
 */
export async function tracing(system: System, { rounds, orders, atOnce }: Effort): Promise<Figure[]> {
  const collector = await startCollector();
  try {
    const temporal = new Client({ connection: system.client.connection, namespace: NAMESPACE });
    await setUpTemporal({ temporal, env: { RECONCILE_INTERVAL_SECONDS: 86_400 }, log: () => undefined });
    const more = { TEMPORAL_NAMESPACE: NAMESPACE, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const traced: Processes = {
      api: await system.another('traced-api', 'api/main.ts', 'PORT', more),
      worker: await system.another('traced-worker', 'worker/main.ts', 'WORKER_PORT', more),
    };
    await putOnSale(system, [SKU]);
    const pairs = [system, traced];
    for (const { api } of pairs) {
      await firstOrder(() => buy(system, SKU, api));
      await inFlight(atOnce * 6, 2, () => buy(system, SKU, api).catch(() => undefined)); // cold code costs more
    }
    const ratios: number[] = [];
    const ms: { plain: number[]; traced: number[] } = { plain: [], traced: [] };
    const before = collector.spans();
    for (let round = 0; round < rounds; round++) {
      const measured = new Map<Processes, number>();
      // Each goes first in its turn.
      for (const one of round % 2 === 0 ? pairs : [...pairs].reverse())
        measured.set(one, await costOf(one, () => inFlight(orders, atOnce, () => buy(system, SKU, one.api))));
      const [plain = Number.NaN, withTraces = Number.NaN] = pairs.map((one) => (measured.get(one) ?? 0) / orders);
      ms.plain.push(plain);
      ms.traced.push(withTraces);
      ratios.push(withTraces / plain);
    }
    const spans = (collector.spans() - before) / (rounds * orders);
    const bench = 'tracing';
    const what = 'CPU of API and worker an order, ms';
    return [
      { bench, what: 'CPU of an order that is traced', beside: 'not traced', reach: { most: 1.03 }, values: ratios },
      { bench, what, beside: 'not traced', reach: null, values: ms.plain },
      { bench, what, beside: 'traced', reach: null, values: ms.traced },
      { bench, what: 'spans an order', beside: '–', reach: null, values: [spans] },
    ];
  } finally {
    collector.close();
  }
}

const SKU = 'bench-tracing';
const NAMESPACE = 'traced';

/** A new namespace is known to every part of the server only after some seconds. */
async function firstOrder(order: () => Promise<unknown>): Promise<void> {
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

type Processes = Pick<System, 'api' | 'worker'>;

/** The processor time of both processes while something was done, in milliseconds. */
async function costOf({ api, worker }: Processes, act: () => Promise<unknown>): Promise<number> {
  const used = () => [api, worker].reduce((sum, { pid }: Program) => sum + (cpuOf(pid) ?? Number.NaN), 0);
  const before = used();
  await act();
  return used() - before;
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

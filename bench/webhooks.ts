import { type Figure, quantile } from './figures';
import { FLOOR_QUEUE } from './floor/queue';
import { heard, hears } from './floor/workflows';
import { inFlight, timed } from './load';
import { checkout, completedEvent, deliver, putOnSale } from './shopper';
import type { System } from './system';

/** A webhook until it is acknowledged, 50 at a time, while the workers are busy with it, beside a bare signal. */
export async function webhooks(system: System, { rounds, size }: { rounds: number; size: number }): Promise<Figure[]> {
  const sku = 'bench-webhooks';
  await putOnSale(system, [sku]);
  const p50: number[] = [];
  const p99: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { answers: sessions } = await inFlight(size, 20, () => checkout(system.api, sku));
    const events = sessions.map(({ sessionId }) => completedEvent(system.world.pay(sessionId)));
    const mailed = sessions.map(({ sessionId }) => system.world.mailed(system.world.numberOf(sessionId)));
    const ours = await inFlight(size, 50, (index) => timed(() => deliver(system.api.url, events[index] ?? '')));
    await Promise.all(mailed);
    const bare = await inFlight(size, 50, (index) => timed(() => signal(system, `webhook-${round}-${index}`)));
    const [a, b] = [ours.answers, bare.answers].map((times) => times.sort((x, y) => x - y)) as [number[], number[]];
    p50.push(quantile(a, 0.5) / quantile(b, 0.5));
    p99.push(quantile(a, 0.99) / quantile(b, 0.99));
  }
  const what = 'webhook acknowledged, 50 at a time';
  const beside = 'a bare `signalWithStart`';
  return [
    { bench: 'webhooks', what: `${what}, p50`, beside, reach: { most: 1.3 }, values: p50 },
    { bench: 'webhooks', what: `${what}, p99`, beside, reach: { most: 1.3 }, values: p99 },
  ];
}

const signal = ({ client }: System, name: string): Promise<unknown> =>
  client.workflow.signalWithStart(hears, {
    ...{ workflowId: `hears-${process.pid}-${name}`, taskQueue: FLOOR_QUEUE, args: [] as [], signal: heard },
  });

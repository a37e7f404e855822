import { type Figure, medianOf } from './figures';
import { runNoop } from './orders';
import { buy, putOnSale } from './shopper';
import type { System } from './system';

/**
 * One order at a time: how long a checkout takes, and from payment to mail, beside a no-op that is started and
 * awaited.
 */
export async function latency(
  system: System,
  { rounds, orders }: { rounds: number; orders: number },
): Promise<Figure[]> {
  const sku = 'bench-latency';
  await putOnSale(system, [sku]);
  const checkouts: number[] = [];
  const mails: number[] = [];
  await buy(system, sku, system.api);
  for (let round = 0; round < rounds; round++) {
    const bought = [];
    const noops: number[] = [];
    for (let i = 0; i < orders; i++) {
      bought.push(await buy(system, sku, system.api));
      const began = performance.now();
      await runNoop(system, `latency-${round}-${i}`);
      noops.push(performance.now() - began);
    }
    const noop = medianOf(noops);
    checkouts.push(medianOf(bought.map(({ checkoutMs }) => checkoutMs)) / noop);
    mails.push(medianOf(bought.map(({ paidToMailedMs }) => paidToMailedMs)) / noop);
  }
  const beside = 'a no-op, started and awaited';
  return [
    { bench: 'latency', what: 'checkout, one at a time', beside, reach: { most: 1.5 }, values: checkouts },
    { bench: 'latency', what: 'paid → mails handed over', beside, reach: { most: 2 }, values: mails },
  ];
}

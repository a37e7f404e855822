import { Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop?.close());

test('200 shoppers, 40 in flight, for 25 units: 25 hold one, 175 hear at once that it is gone', async () => {
  await shop.world.product('drop', { stock: 25 });
  const other = await shop.another();
  const answers: { status: number; code?: string; ms: number }[] = [];
  let asked = 0;
  const shopper = async () => {
    while (asked++ < 200) {
      const began = performance.now();
      const api = asked % 2 ? shop.api : other;
      const { status, body } = await api.http.post('/checkout').send({ items: [{ sku: 'drop', quantity: 1 }] });
      answers.push({ status, code: body.code, ms: performance.now() - began });
    }
  };
  await Promise.all(Array.from({ length: 40 }, shopper));
  await other.close();

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(25);
  expect(answers.filter(({ status, code }) => status === 409 && code === 'out_of_stock')).toHaveLength(175);
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(10_000);
  expect(await shop.world.stock('drop')).toEqual({ onHand: 25, held: 25 });
});

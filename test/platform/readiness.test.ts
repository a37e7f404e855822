import type { Client } from '@temporalio/client';
import { searchAttributesCheck } from '../../platform/readiness';

const ALL = { OrderStatus: 2, OrderNumber: 2, NeedsAttention: 5, Disputed: 5, AmountTotal: 3, Currency: 2, Skus: 7 };

/** A namespace with these search attributes, as Temporal lists them; or one whose server answers so. */
const namespaceWith = (list: () => Promise<unknown>): Client =>
  ({
    options: { namespace: 'default' },
    withDeadline: (_at: number, call: () => unknown) => call(),
    connection: { operatorService: { listSearchAttributes: list } },
  }) as unknown as Client;

test('a namespace with every search attribute is ready, and asked once a minute', async () => {
  let asked = 0;
  const check = searchAttributesCheck(
    namespaceWith(async () => {
      asked += 1;
      return { customAttributes: ALL };
    }),
  );
  expect([await check(), await check()]).toEqual(['ok', 'ok']);
  expect(asked).toBe(1);
});

test('what is missing, or has another type, is named until it is there', async () => {
  const { Skus: _missing, ...others } = ALL;
  let customAttributes: Record<string, number> = { ...others, AmountTotal: 2 };
  const check = searchAttributesCheck(namespaceWith(async () => ({ customAttributes })));
  expect(await check()).toBe('missing: AmountTotal (Int), Skus (KeywordList)');
  customAttributes = ALL;
  expect(await check()).toBe('ok');
});

test('a server that lets nobody ask is trusted, one that fails is down', async () => {
  const failing = (code: number) => () =>
    Promise.reject(Object.assign(new Error('no'), { code, details: '', metadata: {} }));
  expect(await searchAttributesCheck(namespaceWith(failing(7)))()).toBe('ok');
  expect(await searchAttributesCheck(namespaceWith(failing(14)))()).toBe('down');
});

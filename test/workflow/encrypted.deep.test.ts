import { randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { orderQuery } from '../../messages/order';
import { payloadCodec } from '../../platform/payload-codec';
import { payloadKeys } from '../../platform/payload-keys';
import { keyOf, payloadsIn } from '../support/payloads';
import { costOf } from './cost';
import { until, World } from './world';

const [first, second] = ['first', 'second'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const both = payloadKeys.parse(`${first},${second}`);
const textOf = (data: Uint8Array | null | undefined) => Buffer.from(data ?? []).toString();

describe('with PAYLOAD_KEYS', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ PAYLOAD_KEYS: `${first},${second}` });
  });
  afterAll(() => world.stop()); // replays every history with its keys

  test('a whole order has no plain payload in its history, and costs what it costs without', async () => {
    await world.product('kept-secret', { stock: 1 });
    const id = await world.paidOrder([{ sku: 'kept-secret' }]);
    await until(async () => (await world.mails(id)).length === 2);
    expect((await world.handle(id).query(orderQuery))?.lines).toMatchObject([{ sku: 'kept-secret' }]);
    expect(await world.deliver(id)).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');

    const { events } = await world.history(id);
    const payloads = payloadsIn(events);
    expect(payloads.length).toBeGreaterThan(10);
    expect(payloads.filter((payload) => keyOf(payload) !== 'first')).toEqual([]);
    const stored = payloads.map(({ data }) => Buffer.from(data ?? []).toString('latin1')).join();
    for (const plain of ['kept-secret', 'DHL', id, 'order_confirmation']) expect(stored).not.toContain(plain);
    const read = await payloadCodec(both).decode(payloads);
    expect(read.map(({ data }) => textOf(data)).join()).toContain('DHL');
    const { events: count, actions } = costOf(events ?? []);
    expect({ events: count <= 50, actions: actions <= 17 }).toEqual({ events: true, actions: true });
  });

  test('what the Temporal UI shows of an open order can be read through the codec, and only so', async () => {
    const id = await world.paidOrderOf('shown-mug');
    const { workflowService } = world.client.connection;
    const { namespace } = world.client.options;
    const answer = await workflowService.queryWorkflow({
      namespace,
      execution: { workflowId: id },
      query: { queryType: '__temporal_workflow_metadata' },
    });
    const shown = answer.queryResult?.payloads as Payload[];
    expect(shown.map(keyOf)).toEqual(['first']);
    const [read] = await payloadCodec(both).decode(shown);
    expect(JSON.parse(textOf(read?.data)).currentDetails).toMatch(/ship/i);
    await world.deliver(id);
    await world.end(id);
  });
});

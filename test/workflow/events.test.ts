import { isSubscribed, SUBSCRIBED_EVENTS, SUBSCRIBED_TYPES, type SubscribedEvent } from '../../domain/events';
import { sessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { orderStart } from '../../messages/order';
import { routeOf } from '../../messages/routing';
import * as workflows from '../../workflows';
import { sweep } from './sweeping';
import { until, World } from './world';

/** The id of an object that each event is about. */
const OBJECT: Record<(typeof SUBSCRIBED_EVENTS)[SubscribedEvent], string> = {
  order: 'cs_test_nobody',
  'running-order': 'cs_test_nobody',
  refund: 're_nobody',
  dispute: 'du_nobody',
  review: 'prv_nobody',
  'fraud-warning': 'issfr_nobody',
  'payment-failed': 'pi_nobody',
  payment: 'pi_nobody',
  payout: 'po_nobody',
  nobody: 'in_nobody',
};
const route = (type: SubscribedEvent, end = '') =>
  routeOf({ type, objectId: `${OBJECT[SUBSCRIBED_EVENTS[type]]}${end}`, mode: null });

const woken = SUBSCRIBED_TYPES.filter((type) => SUBSCRIBED_EVENTS[type] !== 'nobody');

test.each(SUBSCRIBED_TYPES.filter((type) => !woken.includes(type)))('%s is counted, and wakes nobody', (type) => {
  expect(route(type)).toBeNull();
});

test.each(woken)('%s about an object of another form wakes nobody', (type) => {
  expect(routeOf({ type, objectId: 'cus_1', mode: null })).toBeNull();
  expect(routeOf({ type, objectId: '', mode: null })).toBeNull();
});

test('a payment that nobody captures by hand wakes nobody: its session tells of it', () => {
  for (const type of ['payment_intent.succeeded', 'payment_intent.canceled'] as const)
    for (const captureMethod of ['automatic', 'automatic_async'])
      expect(routeOf({ type, objectId: 'pi_nobody', mode: null, captureMethod })).toBeNull();
});

test('sessions that take no payment wake nobody', () => {
  for (const mode of ['subscription', 'setup'])
    expect(routeOf({ type: 'checkout.session.completed', objectId: 'cs_test_nobody', mode })).toBeNull();
});

test('every workflow that has a name is one that workers run', () => {
  expect(Object.values(WORKFLOWS).sort()).toEqual(Object.keys(workflows).sort());
  expect(isSubscribed('customer.created')).toBe(false);
});

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

describe('whoever an event wakes', () => {
  // A signal that nobody handles is dropped by Temporal without a word: each run itself is asked what it handles.
  test.each(woken)('handles the signal of %s', async (type) => {
    const told = route(type, `_${type.replaceAll('.', '_')}`);
    if (told === null) throw new Error('it wakes nobody');
    const { workflow, start, signal } = told;
    const handle = await world.client.workflow.signalWithStart(workflow, { ...start, signal, signalArgs: [] as [] });
    const { definition } = await until(() =>
      handle
        .query<{ definition: { signalDefinitions: { name: string }[] } }>('__temporal_workflow_metadata')
        .catch(() => null),
    );
    expect(definition.signalDefinitions.map(({ name }) => name)).toContain(signal.name);
    await handle.terminate('asked').catch(() => undefined);
  });
});

describe('a workflow that somebody starts by hand', () => {
  const by = (sessionId: string) => ({ sessionId, key: 'k', template: 'order_confirmation' });
  const start = (workflow: string, workflowId: string, ...args: unknown[]) => {
    world.know(workflowId); // the sweep finds it, and it is replayed at the end
    return world.client.workflow.start(workflow, { workflowId, taskQueue: 'orders', args });
  };
  const details = async (id: string) =>
    (await world.client.workflow.getHandle(id).query<{ currentDetails: string }>('__temporal_workflow_metadata'))
      .currentDetails;

  test('with an input or an id that cannot be ends at once, and says why; nobody is alarmed', async () => {
    const real = sessionId('cs_test_real');
    const started = await Promise.all([
      start('order', 'order-1'),
      start('order', 'order-2', { sessionId: 'order-2' }),
      start('order', 'cs_test_by_hand'),
      start('order', 'cs_test_by_word', 'cs_test_by_word'),
      start('order', 'cs_test_of_another', { sessionId: real }),
      start('refund', 're_made up', { refundId: 're_made up' }),
      start('dispute', 'du_made up', null),
      start('notice', 'pi_made_up', { kind: 'gossip', id: 'pi_made_up' }),
      start('refundRequest', `refund/${real}/of-another`, by(real)),
      start('resend', `resend/${real}/k`, { ...by(real), template: 'love_letter' }),
      start('bulk', 'bulk/undefined', {}),
      start('reconcile', 'sweep-by-hand'),
    ]);
    for (const handle of started) {
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'started_by_hand', message: expect.stringMatching(/^Nothing was done, because .*[a-z`]$/) },
      });
      expect((await handle.describe()).searchAttributes.NeedsAttention).toBeUndefined();
      expect(await details(handle.workflowId)).toMatch(/^Nothing was done/);
    }
    const { id, actions } = await sweep(world);
    expect(actions).toEqual({});
    expect(await world.db.reconciliation.findUnique({ where: { id } })).toMatchObject({ skipped: [] });
    expect(await world.db.sweepSkip.count()).toBe(0);
  });

  test('under the id of a real session leaves that to the order, which goes on as if nothing had been', async () => {
    await world.product('by-hand', { amount: 900 });
    const id = await world.session([{ sku: 'by-hand' }]);
    await expect((await start('order', id)).result()).rejects.toThrow();
    await world.paid(id);
    expect(await world.end(id)).toBe('COMPLETED');
  });

  test('as an order of a session that Stripe does not know ends, and says that there is no order', async () => {
    const nobody = orderStart({ sessionId: sessionId('cs_test_of_nobody') });
    await (await start('order', nobody.workflowId, ...nobody.args)).result();
    expect(await details(nobody.workflowId)).toMatch(/^There is no order, and nothing was done/);
  });

  test('about what is not in the database, with all that it takes, ends too', async () => {
    const nobody = 'cs_test_not_written';
    const unknown = '11111111-1111-4111-8111-111111111111';
    await (await start('refund', 're_of_nobody', { refundId: 're_of_nobody' })).result();
    await (await start('bulk', `bulk/${unknown}`, { id: unknown, action: 'cancel' })).result();
    expect(await (await start('resend', `resend/${nobody}/k`, by(nobody))).result()).toEqual({
      outcome: 'refused',
      reason: 'The order is not written yet',
    });
  });
});

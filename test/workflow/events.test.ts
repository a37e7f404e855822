import { isSubscribed, SUBSCRIBED_EVENTS, SUBSCRIBED_TYPES, type SubscribedEvent } from '../../domain/events';
import { WORKFLOWS } from '../../messages/names';
import { routeOf } from '../../messages/routing';
import * as workflows from '../../workflows';
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
const route = (type: SubscribedEvent) => routeOf({ type, objectId: OBJECT[SUBSCRIBED_EVENTS[type]], mode: null });

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

describe('whoever an event wakes', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  // A signal that nobody handles is dropped by Temporal without a word: each run itself is asked what it handles.
  test.each(woken)('handles the signal of %s', async (type) => {
    const told = route(type);
    if (told === null) throw new Error('it wakes nobody');
    const { workflow, start, signal } = told;
    const handle = await world.client.workflow.signalWithStart(workflow, {
      ...start,
      workflowId: `${start.workflowId}_${type.replaceAll('.', '_')}`,
      signal,
      signalArgs: [] as [],
    });
    const { definition } = await until(() =>
      handle
        .query<{ definition: { signalDefinitions: { name: string }[] } }>('__temporal_workflow_metadata')
        .catch(() => null),
    );
    expect(definition.signalDefinitions.map(({ name }) => name)).toContain(signal.name);
    await handle.terminate('asked').catch(() => undefined);
  });
});

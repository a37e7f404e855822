import { sessionId } from '../../../domain/ids';
import type { MailProgress } from '../../../domain/order-snapshot';
import { Mails } from '../../../workflows/order/mails';
import { Parking } from '../../../workflows/parking';
import { activities, failing, pass, reset, seen, settle } from './temporal';

jest.mock('@temporalio/workflow', () => jest.requireActual('./temporal').fakeTemporal);

const id = sessionId('cs_test_mails');
const parking = () => new Parking({ show: () => undefined });

beforeEach(reset);

test('all mails of a turn go in one activity, beside the order', async () => {
  const mails = new Mails(id, parking(), () => undefined);
  mails.send({ template: 'order_confirmation' }, { template: 'order_received' });
  expect(mails.allOut).toBe(false);
  await settle();
  expect(mails.allOut).toBe(true);
  expect(seen.steps).toEqual([
    ['sendMails', { sessionId: id, mails: [{ template: 'order_confirmation' }, { template: 'order_received' }] }],
  ]);
});

test('a mail that is stuck for an hour is parked, and goes when the provider is back', async () => {
  const stuck = [failing('The mail provider is down')];
  activities.sendMails = async () => {
    const failure = stuck.shift();
    if (failure) throw failure;
  };
  const place = parking();
  const mails = new Mails(id, place, () => undefined);
  mails.send({ template: 'order_shipped', ref: '1' });
  await settle();
  expect(place.all).toEqual([{ step: 'mail', reason: 'The mail provider is down' }]);
  await pass(15_000);
  expect([place.all, mails.allOut]).toEqual([[], true]);
});

test('a mail that is refused for good is given up at once, and told of', async () => {
  activities.sendMails = () => Promise.reject(failing('The address is wrong', { lasting: true }));
  const givenUp: string[] = [];
  const mails = new Mails(id, parking(), (reason) => givenUp.push(reason));
  mails.send({ template: 'order_confirmation' });
  await settle();
  expect(mails.allOut).toBe(true);
  expect(givenUp).toEqual(['The address is wrong']);
  expect(seen.steps.map(([name]) => name)).toEqual(['sendMails', 'giveUpMails']);
});

test('a mail that nobody takes for a day is given up as lost, and not as refused', async () => {
  activities.sendMails = () => Promise.reject(failing('The mail provider is down'));
  const mails = new Mails(id, parking(), () => undefined);
  mails.send({ template: 'order_confirmation' });
  for (let hours = 0; hours < 24; hours++) await pass(600_000);
  expect(mails.allOut).toBe(true);
  const given = seen.steps.filter(([name]) => name === 'giveUpMails').map(([, input]) => input);
  expect(given).toEqual([{ sessionId: id, mails: [{ template: 'order_confirmation' }], lost: true }]);
});

test('where each mail of the run is: on its way, sent, waiting, or not to be sent; what is given up the database knows', async () => {
  const states: string[][] = [];
  const told = (seenNow: readonly MailProgress[]) => states.push(seenNow.map(({ key, state }) => `${key} ${state}`));
  const mails = new Mails(id, parking(), () => undefined, told);
  activities.sendMails = async () => ({ waiting: [`order_received/${id}`], unsent: [`order_shipped/${id}/1`] });
  mails.send(
    { template: 'order_confirmation' },
    { template: 'order_received' },
    { template: 'order_shipped', ref: '1' },
  );
  expect(states.at(-1)).toEqual([
    `order_confirmation/${id} under_way`,
    `order_received/${id} under_way`,
    `order_shipped/${id}/1 under_way`,
  ]);
  await settle();
  const after = [`order_confirmation/${id} sent`, `order_received/${id} waiting`, `order_shipped/${id}/1 unsent`];
  expect(states.at(-1)).toEqual(after);
  activities.sendMails = () => Promise.reject(failing('The address is wrong', { lasting: true }));
  mails.send({ template: 'refund_failed', ref: 're_1' });
  await settle();
  expect(states.at(-1)).toEqual(after);
});

import { Inbox, type Message } from '../../../workflows/order/inbox';
import { refusal } from '../../../workflows/refusal';

function requestIn(message: Message) {
  if (message.kind !== 'request') throw new Error(`not a request but ${message.kind}`);
  return message.request;
}

const cancel = { name: 'cancel', request: { reason: 'other' } } as const;

test('what others wrote goes first, then staff, then Stripe, then the shopper who left; then there is nothing', () => {
  const inbox = new Inbox();
  inbox.put('abandon');
  inbox.put('look');
  void inbox.ask({ name: 'deliver', key: 'k' });
  inbox.put('changed');
  expect(inbox.hasMessage).toBe(true);
  expect([1, 2, 3, 4, 5].map(() => inbox.take().kind)).toEqual(['changed', 'request', 'look', 'abandon', 'time-up']);
  expect(inbox.hasMessage).toBe(false);
});

test('many messages of one kind are one: each says only “look again”', () => {
  const inbox = new Inbox();
  for (let told = 0; told < 20; told++) inbox.put('look');
  expect([inbox.take().kind, inbox.take().kind]).toEqual(['look', 'time-up']);
});

test('a request is answered by what its work returns', async () => {
  const inbox = new Inbox();
  const answer = inbox.ask(cancel);
  await inbox.serve(requestIn(inbox.take()), async () => 'CANCELLED');
  await expect(answer).resolves.toBe('CANCELLED');
});

test('and refused by what its work throws; the run goes on', async () => {
  const inbox = new Inbox();
  const answer = inbox.ask({ name: 'deliver', key: 'k' });
  await inbox.serve(requestIn(inbox.take()), () => Promise.reject(refusal('The order is PENDING')));
  await expect(answer).rejects.toMatchObject({ message: 'The order is PENDING', type: 'invalid_transition' });
});

test('a mistake in the code is no refusal: it is thrown on, so that the task fails and is tried again', async () => {
  const inbox = new Inbox();
  void inbox.ask(cancel);
  const mistake = new TypeError('oops');
  await expect(inbox.serve(requestIn(inbox.take()), () => Promise.reject(mistake))).rejects.toBe(mistake);
});

test('what was told before a look is known after it; requests stay', async () => {
  const inbox = new Inbox();
  inbox.put('look');
  inbox.put('changed');
  const answer = inbox.ask(cancel);
  inbox.markSeen();
  expect([inbox.hasChange, inbox.hasRequest]).toEqual([false, true]);
  await inbox.serveAll(() => {
    throw refusal('The order is REFUNDED');
  });
  await expect(answer).rejects.toThrow('The order is REFUNDED');
});

describe('a step that is stuck', () => {
  const clock = jest.spyOn(Date, 'now');
  afterAll(() => clock.mockRestore());

  function stuckAt(time: number) {
    const inbox = new Inbox();
    const another = inbox.worthAnotherTry();
    clock.mockReturnValue(time);
    another.tries();
    return { inbox, another };
  }

  test('is tried again for news from Stripe, but not for each of a thousand', () => {
    const { inbox, another } = stuckAt(0);
    inbox.put('look');
    clock.mockReturnValue(14_999);
    expect(another.now()).toBe(false);
    clock.mockReturnValue(15_000);
    expect(another.now()).toBe(true);
    another.tries();
    expect(another.now()).toBe(false);
  });

  test('is tried again at once for a cancel, however lately it was tried', () => {
    const { inbox, another } = stuckAt(0);
    void inbox.ask({ name: 'deliver', key: 'k' });
    expect(another.now()).toBe(false);
    void inbox.ask(cancel);
    expect(another.now()).toBe(true);
    another.tries();
    expect(another.now()).toBe(false);
  });
});

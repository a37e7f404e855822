import type { Order, Result } from '@holdfast/client';
import { fakeApi, json, orderIn, problem, stopTheClock } from './fake-api';

stopTheClock();

const PENDING = orderIn('PENDING', 'UNPAID');
const PREPARING = orderIn('PREPARING');
const COMPLETED = orderIn('COMPLETED');

/** A stream that the test writes, and that breaks when its reader hangs up. */
function stream() {
  let writer: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      writer = controller;
    },
  });
  const write = (text: string) => writer.enqueue(new TextEncoder().encode(text));
  const state = { hungUp: false };
  return {
    state,
    answer: ({ signal }: Request) => {
      signal.addEventListener('abort', () => {
        state.hungUp = true;
        writer.error(signal.reason);
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    send: (id: number, order: Order) => write(`id: ${id}\nevent: order\ndata: ${JSON.stringify(order)}\n\n`),
    write,
    end: () => writer.close(),
  };
}

/** Follows the order of `cs_test_1`, and keeps what it hears. */
function follow({ shop }: ReturnType<typeof fakeApi>) {
  const stop = new AbortController();
  const seen = { news: [] as string[], ended: false };
  const nameOf = (news: Result<Order>) => (news.ok ? news.value.status : news.failure.code);
  void (async () => {
    for await (const news of shop.follow('cs_test_1', { signal: stop.signal })) seen.news.push(nameOf(news));
    seen.ended = true;
  })();
  return { seen, stop: () => stop.abort() };
}
const after = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const pathsOf = ({ requests }: ReturnType<typeof fakeApi>) =>
  requests.map(({ path }) => path.replace('/orders/cs_test_1', ''));

test('a final order is read once, without a stream', async () => {
  const api = fakeApi(json(COMPLETED));
  const { seen } = follow(api);
  await after(0);
  expect(seen).toEqual({ news: ['COMPLETED'], ended: true });
  expect(pathsOf(api)).toEqual(['']);
});

test('each change comes by the stream, until the order is final; what is no news is not told again', async () => {
  const changes = stream();
  const api = fakeApi(json(PENDING), changes.answer);
  const { seen } = follow(api);
  await after(0);
  changes.send(1, PENDING);
  changes.write(': still here\n\nid: 2\nevent: or');
  changes.write(`der\ndata: ${JSON.stringify(PREPARING)}\n`);
  await after(0);
  expect(seen.news).toEqual(['PENDING']);
  changes.write('\n');
  await after(0);
  expect(seen).toEqual({ news: ['PENDING', 'PREPARING'], ended: false });
  changes.send(3, COMPLETED);
  await after(0);
  expect(seen).toEqual({ news: ['PENDING', 'PREPARING', 'COMPLETED'], ended: true });
  expect(changes.state.hungUp).toBe(true);
});

test('a stream that breaks off is taken up again from its last event, until the API says that there is no more', async () => {
  const [first, second] = [stream(), stream()];
  const api = fakeApi(
    ...[json(PENDING), first.answer, json(PREPARING), second.answer, json(PREPARING)],
    () => new Response(null, { status: 204 }),
  );
  const { seen } = follow(api);
  await after(0);
  first.send(1, PENDING);
  first.end();
  await after(1_000);
  second.send(7, PREPARING);
  second.end();
  await after(1_000);
  expect(seen).toEqual({ news: ['PENDING', 'PREPARING'], ended: true });
  expect(pathsOf(api)).toEqual(['', '/stream', '', '/stream', '', '/stream']);
  const resumed = api.requests.map(({ headers }) => headers.get('last-event-id'));
  expect(resumed).toEqual([null, null, null, '1', null, '7']);
});

test('behind a proxy that holds events back the order is read, ever more slowly, and not streamed again', async () => {
  const silent = stream();
  const api = fakeApi(json(PENDING), silent.answer, json(PENDING), json(PENDING), json(COMPLETED));
  const { seen } = follow(api);
  await after(0);
  silent.write(': still here\n\n');
  await after(5_000);
  expect(silent.state.hungUp).toBe(true);
  await after(1_000 + 2_000 + 4_000);
  expect(seen).toEqual({ news: ['PENDING', 'COMPLETED'], ended: true });
  expect(pathsOf(api)).toEqual(['', '/stream', '', '', '']);
});

test('a stream without even a sign of life is dead after 45 s', async () => {
  const [dead, alive] = [stream(), stream()];
  const api = fakeApi(json(PENDING), dead.answer, json(PREPARING), alive.answer);
  const { seen, stop } = follow(api);
  await after(0);
  dead.send(1, PENDING);
  await after(40_000);
  dead.write(': still here\n\n');
  await after(44_999);
  expect(dead.state.hungUp).toBe(false);
  await after(1 + 1_000);
  expect(seen.news).toEqual(['PENDING', 'PREPARING']);
  stop();
});

test('an outage is told, and waited for as the shop asks', async () => {
  const api = fakeApi(problem('unavailable', 503, { retryAfter: 4 }), 'lost', json(COMPLETED));
  const { seen } = follow(api);
  await after(4_000);
  expect(seen.news).toEqual(['unavailable', 'offline']);
  await after(2_000);
  expect(seen).toEqual({ news: ['unavailable', 'offline', 'COMPLETED'], ended: true });
});

test('a refused stream does not end it', async () => {
  const api = fakeApi(json(PENDING), problem('rate_limited', 429, { retryAfter: 5 }), json(COMPLETED));
  const { seen } = follow(api);
  await after(1_000);
  expect(seen).toEqual({ news: ['PENDING', 'COMPLETED'], ended: true });
});

test.each([
  ['unknown_order', 404],
  ['unauthorized', 401],
])('what more patience would not mend ends it: %s', async (code, status) => {
  const { seen } = follow(fakeApi(problem(code, status)));
  await after(0);
  expect(seen).toEqual({ news: [code], ended: true });
});

test.each([
  ['in its stream', 0],
  ['between two reads', 5_500],
])('it ends %s when its caller wants it to', async (_, ms) => {
  const silent = stream();
  const { seen, stop } = follow(fakeApi(json(PENDING), silent.answer));
  await after(ms);
  stop();
  await after(0);
  expect([seen, silent.state.hungUp]).toEqual([{ news: ['PENDING'], ended: true }, true]);
});

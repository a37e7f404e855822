import { OrderWatch } from '../../api/storefront/order-watch';
import { logContext, withLogContext } from '../../platform/log-context';
import { createTracer } from '../../platform/opentelemetry';
import { type OpenSpan, setTracer, startSpan, stopTracing, traceCarrier } from '../../platform/trace';
import { type BareApi, bareApi, STOREFRONT_KEY } from '../api/bare';

const STRANGER = '00000000000000000000000000000001';
const STOREFRONT = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const RUN = '018f6f6e5c3b7d2a9c41aabbccddeeff';

let bare: BareApi;
/** What would have been handed on from within each request. */
const handedOn: Record<string, string>[] = [];

beforeAll(async () => {
  process.env.OTEL_TRACES_SAMPLER = 'parentbased_always_off';
  setTracer(createTracer('http://127.0.0.1:1', 'holdfast-api', { warn: () => undefined }));
  const page = async () => {
    handedOn.push(traceCarrier());
    return [];
  };
  bare = await bareApi({}, { shown: { page } as never });
});
afterAll(async () => {
  delete process.env.OTEL_TRACES_SAMPLER;
  await bare?.close();
  await stopTracing();
});

const look = (traceId: string, headers: Record<string, string> = {}) =>
  bare.api.http
    .get('/products')
    .set({ traceparent: `00-${traceId}-${SPAN}-01`, tracestate: 'shop=anything+a+shopper+types', ...headers })
    .expect(200);

test('the watch that all streams share is no part of the request that began it', async () => {
  const span = startSpan({ name: 'a stream', kind: 'server', parent: { traceparent: `00-${STOREFRONT}-${SPAN}-01` } });
  const seen = await new Promise((resolve) => {
    const $queryRaw = async () => {
      resolve([logContext(), traceCarrier()]);
      await new Promise(setImmediate);
      stop();
      return [];
    };
    const watch = new OrderWatch({ $queryRaw } as never, {} as never);
    const stop = withLogContext({ request: 'a stream' }, () =>
      (span as OpenSpan).within(() => watch.watch('cs_1', () => undefined)),
    );
  });
  expect(seen).toEqual([{}, {}]);
});

test('a stranger’s trace keeps its id, but only a storefront’s server says that it is recorded', async () => {
  await look(STRANGER);
  await look(STOREFRONT, { authorization: `Bearer ${STOREFRONT_KEY}` });
  expect(handedOn).toEqual([
    { traceparent: expect.stringMatching(`^00-${STRANGER}-[0-9a-f]{16}-00$`) },
    { traceparent: expect.stringMatching(`^00-${STOREFRONT}-[0-9a-f]{16}-01$`) },
  ]);
});

test('what a run does that nobody traced is decided about here, though the run says that it is traced', () => {
  const parent = { traceparent: `00-${RUN}-${RUN.slice(0, 16)}-01` };
  const activity = startSpan({ name: 'RunActivity:sweep', kind: 'server', parent });
  const given = activity?.within(traceCarrier);
  expect(given?.traceparent).toMatch(new RegExp(`^00-${RUN}-[0-9a-f]{16}-00$`));
});

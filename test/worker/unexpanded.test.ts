import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { paymentIntentOf, retrieveSession } from '../../activities/checkout/session';
import type { Deps } from '../../activities/deps';
import { sessionId } from '../../domain/ids';
import { connectStripe } from '../../platform/stripe';

const PAYMENT = { object: 'payment_intent', id: 'pi_1', status: 'requires_action' };
const SESSION = { object: 'checkout.session', id: 'cs_test_1', status: 'expired', payment_intent: PAYMENT.id };

/** Expands nothing, whatever it is asked for. */
let server: Server;
beforeAll(async () => {
  server = createServer((req, res) => {
    const asked = (req.url ?? '').startsWith('/v1/payment_intents/') ? PAYMENT : SESSION;
    res.setHeader('content-type', 'application/json').end(JSON.stringify(asked));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a payment that comes as an id alone is read, for it may still bring money', async () => {
  const { port } = server.address() as AddressInfo;
  const env = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: `http://127.0.0.1:${port}` };
  const session = await retrieveSession({ stripe: connectStripe(env) } as Deps, sessionId(SESSION.id));
  expect(paymentIntentOf(session)).toMatchObject(PAYMENT);
});

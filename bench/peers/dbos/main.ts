import '../../../platform/react-production';
import { DBOS } from '@dbos-inc/dbos-sdk';
import express, { type ErrorRequestHandler } from 'express';
import { Pool } from 'pg';
import { loadEnv } from '../../../platform/env';
import { KEEP_ALIVE_MS } from '../../../platform/keep-alive';
import { createMailer } from '../../../platform/mailer';
import { connectStripe } from '../../../platform/stripe';
import { checkouts } from './checkouts';
import { OPENED, orderWorkflow, PAYMENT } from './order';

/** As many as the worker of Holdfast has, for DBOS's own tables and once more for the shop's. */
const CONNECTIONS = 20;

/**
 * The peer's only process: the HTTP edge of a checkout and a webhook, and the workflows, which DBOS runs where they
 * are started. Reads the same variables as Holdfast's processes, and calls Stripe and Resend through the same clients.
 */
async function main(): Promise<void> {
  const env = loadEnv();
  const pool = new Pool({ connectionString: env.DATABASE_URL, max: CONNECTIONS });
  const stripe = connectStripe(env);
  const order = orderWorkflow({ pool, stripe, env, mailer: createMailer(env) });
  DBOS.setConfig({
    name: 'holdfast-peer',
    systemDatabaseUrl: env.DATABASE_URL,
    systemDatabasePoolSize: CONNECTIONS,
    logLevel: env.LOG_LEVEL,
  });
  await DBOS.launch();

  const checkout = checkouts({ pool, stripe, env });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/readyz', (_req, res) => void res.json({}));
  app.post('/checkout', express.json(), async (req, res) => {
    const session = await checkout(req.body.items);
    await DBOS.startWorkflow(order, { workflowID: session.sessionId })(session.sessionId);
    const opened = await DBOS.getEvent<boolean>(session.sessionId, OPENED, 10);
    res.status(opened ? 201 : 409).json(session);
  });
  app.post('/webhooks/stripe', express.raw({ type: () => true, limit: '1mb' }), async (req, res) => {
    const signature = req.header('stripe-signature') ?? '';
    const event = stripe.webhooks.constructEvent(req.body, signature, env.STRIPE_WEBHOOK_SECRET[0] ?? '');
    const { id } = event.data.object as { id: string };
    await DBOS.send(id, event.id, PAYMENT, event.id);
    res.json({ received: true });
  });
  app.use(failed);
  app.listen(env.PORT, env.HOST).keepAliveTimeout = KEEP_ALIVE_MS;
}

const failed: ErrorRequestHandler = (error, _req, res, _next) => {
  console.error(error);
  res.status(500).json({ error: String(error) });
};

void main();

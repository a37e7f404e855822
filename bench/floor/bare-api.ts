import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { WorkflowIdConflictPolicy } from '@temporalio/common';
import { Pool } from 'pg';
import Stripe from 'stripe';
import { WEBHOOK_SECRET } from '../variables';
import { FLOOR_QUEUE } from './queue';
import { bareOrder, heard, opened } from './workflows';

/**
 * The HTTP edge of the bare shape: the same statements and calls of a checkout and a webhook as the product's, with
 * nothing checked but the signature.
 */
async function main(): Promise<void> {
  const { DATABASE_URL = '', TEMPORAL_ADDRESS = '', STRIPE_API_BASE = '', PORT = '' } = process.env;
  const pool = new Pool({ connectionString: DATABASE_URL, max: 20 });
  const client = new Client({ connection: await Connection.connect({ address: TEMPORAL_ADDRESS }) });
  const { webhooks } = new Stripe('sk_test_bare');

  async function checkout(body: string): Promise<unknown> {
    const { items } = JSON.parse(body) as { items: { sku: string; quantity: number }[] };
    const skus = items.map(({ sku }) => sku);
    const { rows: products } = await pool.query({ name: 'products', text: PRODUCTS, values: [skus] });
    const at = new Date();
    const holdUntil = new Date(at.getTime() + 1_860_000);
    const [{ sku, name, kind, prices }] = products;
    const { amount: unitAmount, stripePriceId } = prices[0];
    const lines = [{ sku, name, kind, quantity: 1, unitAmount, total: unitAmount, stripePriceId, minimum: null }];
    const request = {
      ...{ mode: 'payment', client_reference_id: '', metadata: { number: '' } },
      expires_at: Math.floor(holdUntil.getTime() / 1000),
      line_items: [{ quantity: 1, price: stripePriceId, metadata: { sku } }],
    };
    const id = randomUUID();
    const { rows } = await pool.query({
      name: 'checkout',
      text: "SELECT write_checkout($1, 'eur', $2, $3, $4, $5, $6, 'bare', NULL, NULL, NULL, 0, $7) AS result",
      values: [id, unitAmount, JSON.stringify(lines), JSON.stringify(request), PATHS, holdUntil, at],
    });
    const written = rows[0].result.checkout;
    const response = await fetch(`${STRIPE_API_BASE}/v1/checkout/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': written.stripe_key },
      body: form(written.request),
    });
    const session = (await response.json()) as { id: string; url: string };
    const save = { name: 'save', text: 'UPDATE checkouts SET session_id = $1, url = $2 WHERE id = $3' };
    await pool.query({ ...save, values: [session.id, session.url, id] });
    await client.workflow.executeUpdateWithStart(opened, {
      startWorkflowOperation: new WithStartWorkflowOperation(bareOrder, {
        ...{ workflowId: session.id, taskQueue: FLOOR_QUEUE, args: [] },
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      }),
    });
    return { sessionId: session.id, url: session.url };
  }

  async function webhook(body: string, signature: string): Promise<unknown> {
    const event = webhooks.constructEvent(body, signature, WEBHOOK_SECRET);
    const { id } = event.data.object as { id: string };
    const start = { workflowId: id, taskQueue: FLOOR_QUEUE, args: [] as [] };
    await client.workflow.signalWithStart(bareOrder, { ...start, signal: heard });
    return { received: true };
  }

  createServer(async (request, response) => {
    try {
      const body = await textOf(request);
      const isCheckout = request.url === '/checkout';
      const answer = isCheckout
        ? await checkout(body)
        : request.method === 'POST'
          ? await webhook(body, String(request.headers['stripe-signature']))
          : {};
      response.writeHead(isCheckout ? 201 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: String(error) }));
    }
  }).listen(Number(PORT), '127.0.0.1');
}

const PATHS = ['client_reference_id', 'metadata.number'];
const PRODUCTS = `
  SELECT p.sku, p.name, p.kind::text AS kind,
    (SELECT json_agg(json_build_object('currency', r.currency, 'amount', r.amount,
      'stripePriceId', r.stripe_price_id)) FROM prices r WHERE r.sku = p.sku AND r.current) AS prices
  FROM products p LEFT JOIN stock_levels s ON s.sku = p.sku WHERE p.active AND p.sku = ANY($1)`;

/** Nested parameters as Stripe reads them: `a[b][0]=c`. */
function form(value: object): URLSearchParams {
  const pairs = new URLSearchParams();
  const add = (name: string, inner: unknown): void => {
    if (typeof inner === 'object' && inner !== null)
      for (const [key, one] of Object.entries(inner)) add(name === '' ? key : `${name}[${key}]`, one);
    else pairs.append(name, String(inner));
  };
  add('', value);
  return pairs;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

void main();

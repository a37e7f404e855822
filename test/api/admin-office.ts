import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { ProductKind } from '../../domain/order';
import { loadEnv } from '../../platform/env';
import { type Prisma, PrismaClient } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { Api } from './shop';

export const TOKEN = 'staff-token-of-the-office';
export const NOON = Date.parse('2026-11-23T12:00:00Z');

type Method = 'get' | 'post' | 'put' | 'delete';

/** Where staff work: the API on a database of its own. Temporal is down, for nothing here needs it; see Shop for what does. */
export class Office {
  private constructor(
    readonly api: Api,
    readonly db: Db,
    private readonly database: TestDatabase,
  ) {}

  now = NOON;
  private queries: (query: { query: string; params: string }) => void = () => {};

  static async open(): Promise<Office> {
    const database = await createTestDatabase();
    const adapter = new PrismaPg({ connectionString: database.url, max: 6 });
    const db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
    db.$on('query', (query) => office.queries(query));
    const env = loadEnv({
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      STRIPE_SECRET_KEY: 'sk_test_sandbox_office',
      STRIPE_WEBHOOK_SECRET: 'whsec_office',
      STRIPE_API_BASE: 'http://127.0.0.1:1',
      RESEND_API_KEY: 're_office',
      EMAIL_FROM: 'shop@example.com',
      STAFF_EMAIL: 'staff@example.com',
      ADMIN_TOKEN: TOKEN,
      SIGNING_SECRET: 'signing-secret-of-the-office',
    });
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const clock = { now: (): number => office.now };
    const office: Office = new Office(await Api.listen({ db, clock, env, temporal }), db, database);
    return office;
  }

  /** A request of staff. */
  ask(method: Method, path: string) {
    return this.api.http[method](path).set('authorization', `Bearer ${TOKEN}`);
  }

  /** A product without prices; physical, with an empty shelf, where nothing else is said. */
  async product(sku: string, { kind = 'PHYSICAL' }: { kind?: ProductKind } = {}): Promise<void> {
    const at = new Date(this.now);
    const shelf = kind === 'PHYSICAL' && { stock: { create: {} } };
    await this.db.product.create({ data: { sku, name: `The ${sku}`, kind, createdAt: at, updatedAt: at, ...shelf } });
  }

  /** An order as it may stand in the database, without the workflow that wrote it. */
  async order(
    sessionId: string,
    {
      customer,
      ...given
    }: Partial<Prisma.OrderUncheckedCreateInput> & { customer?: Prisma.CustomerCreateWithoutOrderInput } = {},
  ) {
    const at = given.createdAt ?? new Date(this.now);
    const [{ n }] = await this.db.$queryRaw<[{ n: bigint }]>`SELECT nextval('order_number_seq') AS n`;
    return this.db.order.create({
      data: {
        sessionId,
        number: String(n),
        status: 'PENDING',
        paymentStatus: 'UNPAID',
        stock: 'HELD',
        origin: 'CHECKOUT',
        currency: 'eur',
        subtotal: 2500,
        total: 2500,
        holdUntil: new Date(this.now + 1_860_000),
        createdAt: at,
        updatedAt: at,
        ...given,
        ...(customer && { customer: { create: customer } }),
      },
    });
  }

  /** How PostgreSQL goes about the queries of one request: for each, the nodes of its plan. */
  async plansOf(ask: () => PromiseLike<unknown>): Promise<PlanNode[][]> {
    const asked: { query: string; params: string }[] = [];
    this.queries = (query) => asked.push(query);
    await ask();
    this.queries = () => {};
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    const plans: PlanNode[][] = [];
    for (const { query, params } of asked) {
      const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${query}`, JSON.parse(params));
      plans.push(flatten(rows[0]['QUERY PLAN'][0].Plan));
    }
    await client.end();
    return plans;
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.db.$disconnect();
    await this.database.drop();
  }
}

export interface PlanNode {
  'Node Type': string;
  'Plan Rows': number;
  Plans?: PlanNode[];
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

/** What every problem document has. */
export const problem = (status: number, code: string, more: Record<string, unknown> = {}) =>
  expect.objectContaining({
    type: `urn:holdfast:problem:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code,
    ...more,
  });

/** That a request was refused as not valid, at exactly these places. */
export const invalidAt = (...paths: string[]) =>
  problem(400, 'invalid_request', { errors: paths.map((path) => ({ path, message: expect.any(String) })) });

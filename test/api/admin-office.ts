import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { ProductKind } from '../../domain/order';
import { type Prisma, PrismaClient } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { ADMIN_TOKEN, type BareApi, bareApi } from './bare';
import { type PricesAtStripe, startPricesAtStripe } from './prices-at-stripe';
import type { Api } from './shop';

type Method = 'get' | 'post' | 'put' | 'delete';
type Query = { query: string; params: string };

/**
 * Where staff work: the API without Temporal, and with as much of Stripe as saving a product needs. See Shop for tests
 * that need more.
 */
export class Office {
  private constructor(
    private readonly bare: BareApi,
    private readonly log: { onQuery(query: Query): void },
    readonly stripe: PricesAtStripe,
  ) {}

  static async open(): Promise<Office> {
    const log = { onQuery: (_query: Query) => {} };
    const stripe = await startPricesAtStripe();
    const bare = await bareApi({ STRIPE_API_BASE: stripe.url }, {}, (url) => {
      const adapter = new PrismaPg({ connectionString: url, max: 6 });
      const db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
      db.$on('query', (query) => log.onQuery(query));
      return db;
    });
    return new Office(bare, log, stripe);
  }

  get api(): Api {
    return this.bare.api;
  }

  get db(): Db {
    return this.bare.db;
  }

  get now(): number {
    return this.bare.clock.ms;
  }

  set now(ms: number) {
    this.bare.clock.ms = ms;
  }

  /** A request of staff. */
  ask(method: Method, path: string) {
    return this.api.http[method](path).set('authorization', `Bearer ${ADMIN_TOKEN}`);
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

  /** How PostgreSQL plans the queries of one request: the nodes of each plan. */
  async plansOf(ask: () => PromiseLike<unknown>): Promise<PlanNode[][]> {
    const sent: Query[] = [];
    this.log.onQuery = (query) => sent.push(query);
    await ask();
    this.log.onQuery = () => {};
    const client = new pg.Client({ connectionString: this.bare.env.DATABASE_URL });
    await client.connect();
    const plans: PlanNode[][] = [];
    for (const { query, params } of sent) {
      const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${query}`, JSON.parse(params));
      plans.push(flatten(rows[0]['QUERY PLAN'][0].Plan));
    }
    await client.end();
    return plans;
  }

  async close(): Promise<void> {
    await this.bare.close();
    await this.stripe.close();
  }
}

export interface PlanNode {
  'Node Type': string;
  'Plan Rows': number;
  'Relation Name'?: string;
  'Index Name'?: string;
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

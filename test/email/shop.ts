import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Deps } from '../../activities/deps';
import { email } from '../../activities/mail/send';
import { createActivityMetrics } from '../../activities/metrics';
import { type SessionId, sessionId } from '../../domain/ids';
import type { Env } from '../../platform/env';
import { createMailer } from '../../platform/mailer';
import type { Prisma } from '../../prisma/generated/client';
import { watchAccount } from '../../store/alarms/watch';
import { connectDatabase, type Db } from '../../store/database';
import { createTestDatabase } from '../support/database';
import { startResend } from './resend-server';

export const ENV = {
  PUBLIC_URL: 'https://api.fern.example',
  ADMIN_URL: 'https://staff.fern.example',
  STOREFRONT_URL: 'https://fern.example',
  SIGNING_SECRET: 'a secret of tests alone',
  EMAIL_FROM: 'Field & Fern <shop@fern.example>',
  STAFF_EMAIL: 'staff@fern.example',
} as Env;

export const NOW = Date.parse('2026-12-01T10:00:00Z');

/** A database with orders to write about, the activities, and a Resend to write through. */
export async function openShop() {
  const database = await createTestDatabase();
  const db = connectDatabase(database.url, 4);
  const resend = await startResend();
  const mailer = createMailer({ ...ENV, RESEND_API_KEY: 're_test', RESEND_BASE_URL: resend.url } as Env);
  const time = { now: NOW };
  const clock = { now: () => time.now };
  const watch = watchAccount(db, clock, { warn: () => undefined });
  const log = { error: jest.fn(), warn: jest.fn() };
  const metrics = createActivityMetrics(new Registry());
  const starter = { orderChanged: async () => undefined }; // no order runs here
  const deps = { db, mailer, clock, env: ENV, watch, log, metrics, starter } as unknown as Deps;
  const activities = email(deps);
  return {
    db,
    resend,
    ...activities,
    /** The same activities with another mailer, or another clock. */
    activitiesWith: (changed: Partial<Deps>) => email({ ...deps, ...changed }),
    deps,
    /** Lets this many milliseconds pass. */
    pass: (ms: number) => {
      time.now += ms;
    },
    async close() {
      await db.$disconnect();
      await resend.stop();
      await database.drop();
    },
  };
}

const ADA = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  address: { line1: '12 St James’s Square', line2: null, city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
};

let number = 2000;

/** Writes a paid order of two trays and a file to the database, changed as the test says. */
export async function placeOrder(
  db: Db,
  change: Partial<Prisma.OrderUncheckedCreateInput> = {},
  customer: Partial<Prisma.CustomerCreateWithoutOrderInput> | null = ADA,
): Promise<SessionId> {
  const id = sessionId(`cs_test_${randomUUID().replaceAll('-', '')}`);
  const at = new Date(NOW);
  await db.order.create({
    data: {
      sessionId: id,
      number: String(++number),
      status: 'PREPARING',
      paymentStatus: 'PAID',
      stock: 'COMMITTED',
      origin: 'CHECKOUT',
      currency: 'eur',
      subtotal: 9900,
      total: 9900,
      holdUntil: at,
      createdAt: at,
      updatedAt: at,
      items: {
        create: [
          {
            sku: 'TRAY',
            position: 0,
            name: 'Walnut tray',
            kind: 'PHYSICAL',
            quantity: 2,
            unitAmount: 4500,
            total: 9000,
          },
          { sku: 'NOTES', position: 1, name: 'Field notes', kind: 'DIGITAL', quantity: 1, unitAmount: 900, total: 900 },
        ],
      },
      ...(customer && { customer: { create: customer } }),
      ...change,
    } as Prisma.OrderUncheckedCreateInput,
  });
  return id;
}

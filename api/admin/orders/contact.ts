import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { whyNot } from '../../../domain/actions';
import type { SessionId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import type { Tx } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { SHIPPING_COUNTRIES } from '../../storefront/checkout/stripe-lists';
import { KeyHeader, OrderRef } from '../fields';
import { AdminOrder, findOrder, readAdminOrder } from './document';

const line = text(200).nullish();

const Contact = z
  .strictObject({
    email: z.email().max(254).optional(),
    address: z
      .strictObject({
        line1: text(200),
        line2: line,
        city: line,
        state: line,
        postal_code: text(40).nullish(),
        country: z.enum(SHIPPING_COUNTRIES).meta({ description: 'ISO 3166-1 alpha-2.' }),
      })
      .optional()
      .meta({ description: 'The whole of it: what is left out is not part of the address.' }),
  })
  .refine(({ email, address }) => email !== undefined || address !== undefined, 'must name an email or an address');
type Contact = z.output<typeof Contact>;

/** `POST /admin/orders/{ref}/contact`: corrects where a customer is reached, before anything is on its way to them. */
export const contactRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/admin/orders/{ref}/contact',
    tag: 'Staff',
    summary: 'Correct the e-mail or postal address of an order',
    description:
      'Before anything of it is shipped. What staff say stands, whatever Stripe says later. Mails that have gone are not sent again: see `resend-email`.',
    params: OrderRef,
    headers: KeyHeader,
    body: Contact,
    answers: { 200: { description: 'The order as it is now.', schema: AdminOrder } },
    problems: ['unknown_order', 'invalid_transition'],
    handle: async ({ params, headers, body }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await correct(deps, sessionId, body, headers['idempotency-key']);
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

/** Under the order's lock, so that a parcel leaves either before it or with the new address. The timeline says what was changed, not to what. */
async function correct(
  { db, clock }: ApiDeps,
  sessionId: SessionId,
  { email, address }: Contact,
  idempotencyKey: string | undefined,
): Promise<void> {
  const key = `contact/${idempotencyKey === undefined ? randomUUID() : hash(idempotencyKey)}`;
  const corrected = {
    ...(email !== undefined && { email: email.toLowerCase(), emailByStaff: true }),
    ...(address && { address: wholeAddress(address), addressByStaff: true }),
  };
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${sessionId} FOR UPDATE`;
    if ((await tx.timelineEntry.count({ where: { sessionId, key } })) > 0) return;
    await refuseTooLate(tx, sessionId, address !== undefined);
    await tx.customer.upsert({ where: { sessionId }, create: { sessionId, ...corrected }, update: corrected });
    const what = [...(email === undefined ? [] : ['e-mail address']), ...(address ? ['postal address'] : [])];
    const at = new Date(clock.now());
    const message = `Corrected the ${what.join(' and the ')}`;
    await tx.timelineEntry.create({ data: { sessionId, at, type: 'contact', message, actor: 'staff', key } });
    await tx.order.update({ where: { sessionId }, data: { updatedAt: at } });
  });
}

/** An e-mail address is of use for as long as nothing was shipped, also to who downloads; a postal address while something is to be shipped. */
async function refuseTooLate(tx: Tx, sessionId: SessionId, postal: boolean): Promise<void> {
  const { status, items, customer } = await tx.order.findUniqueOrThrow({
    where: { sessionId },
    include: { items: true, customer: true },
  });
  const facts = {
    status,
    erased: (customer?.erasedAt ?? null) !== null,
    anythingShipped: items.some(({ shipped }) => shipped > 0),
    digital: items.every(({ kind }) => kind === 'DIGITAL'),
  };
  const refusal = whyNot('correct e-mail', facts) ?? (postal ? whyNot('correct address', facts) : null);
  if (refusal !== null) throw new Problem('invalid_transition', `${refusal}.`);
}

/** In Stripe's fields, every one of them. */
const wholeAddress = ({
  line1,
  line2 = null,
  city = null,
  state = null,
  postal_code = null,
  country,
}: NonNullable<Contact['address']>) => ({ line1, line2, city, state, postal_code, country });

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

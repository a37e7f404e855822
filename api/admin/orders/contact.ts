import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isEmailAddress } from '../../../domain/email';
import type { SessionId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import { sha256 } from '../../../platform/sha256';
import { correctContact } from '../../../store/customers/contact';
import type { ApiDeps } from '../../deps';
import { showChange } from '../../first-mails';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { COUNTRY, SHIPPING_COUNTRIES } from '../../storefront/checkout/stripe-lists';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';

const line = text(200).nullish();

const Contact = z
  .strictObject({
    email: z.string().refine(isEmailAddress, 'must be an e-mail address').optional(),
    address: z
      .strictObject({
        line1: text(200),
        line2: line,
        city: line,
        state: line,
        postal_code: text(40).nullish(),
        country: z.enum(SHIPPING_COUNTRIES, COUNTRY).meta({ description: 'ISO 3166-1 alpha-2.' }),
      })
      .optional()
      .meta({ description: 'The whole of it: what is left out is not part of the address.' }),
  })
  .refine(({ email, address }) => email !== undefined || address !== undefined, 'must name an email or an address');
type Contact = z.output<typeof Contact>;

/** `POST /admin/orders/{ref}/contact`: corrects where a customer is reached, before anything is on its way to them. */
export const contactRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/contact',
    summary: 'Correct the e-mail or postal address of an order',
    description:
      'Before anything of it is shipped; the e-mail address of a customer whom a mail did not reach, later too, until a mail reaches the new one. What staff say stands, whatever Stripe says later. Mails that have gone are not sent again: see `resend-email`.',
    body: Contact,
    handle: async ({ params, headers, body, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const key = headers['idempotency-key'];
      const refusal = await correctContact(deps.db, {
        sessionId,
        key: `contact/${key === undefined ? randomUUID() : sha256(key)}`,
        email: body.email ?? null,
        address: body.address ? wholeAddress(body.address) : null,
        actor,
        at: new Date(deps.clock.now()),
      });
      if (refusal !== null) throw new Problem('invalid_transition', `${refusal}.`);
      await show(deps, sessionId);
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

/**
 * Lets an order that runs show what was corrected. It is done even if Temporal is not there: the order shows it the
 * next time that it reads.
 */
async function show(deps: ApiDeps, sessionId: SessionId): Promise<void> {
  await showChange(deps, sessionId).catch((error: unknown) =>
    deps.log.warn({ err: error, session: sessionId }, 'an order could not be told that its contact was corrected'),
  );
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

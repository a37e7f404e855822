import { whyNot } from '../../../domain/actions';
import type { SessionId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import { forgetRequests } from '../../../store/checkouts/checkouts';
import type { Tx } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { KeyHeader, OrderRef } from '../fields';
import { AdminOrder, findOrder, readAdminOrder } from './document';

/** `POST /admin/orders/{ref}/erase`: who bought is forgotten; what was bought, and every cent of it, stays. */
export const eraseRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/admin/orders/{ref}/erase',
    tag: 'Staff',
    summary: 'Remove the personal data of a final order, for good',
    description:
      'Removes the customer, the texts and recipients of mails, what staff have noted, what the checkout was given, and what was gathered for disputes. A later look at Stripe does not bring it back. `409` while the order is not final, or a refund or a dispute is open.',
    params: OrderRef,
    headers: KeyHeader,
    answers: { 200: { description: 'The order as it is now.', schema: AdminOrder } },
    problems: ['unknown_order', 'invalid_transition'],
    handle: async ({ params }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await erase(deps, sessionId);
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

/** All or nothing, under the order's lock: nobody writes about the customer meanwhile. Safe to repeat. */
async function erase({ db, clock }: ApiDeps, sessionId: SessionId): Promise<void> {
  const at = new Date(clock.now());
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${sessionId} FOR UPDATE`;
    await refuseUnsettled(tx, sessionId);
    await forgetCustomer(tx, sessionId, at);
    await forgetMails(tx, sessionId);
    await forgetRequests(tx, sessionId);
    await tx.timelineEntry.updateMany({ where: { sessionId, note: { not: null } }, data: { note: null } });
    await tx.timelineEntry.createMany({
      data: [{ sessionId, at, type: 'erased', message: 'Erased the personal data', actor: 'staff', key: 'erased' }],
      skipDuplicates: true,
    });
    await tx.order.update({ where: { sessionId }, data: { updatedAt: at } });
  });
}

/** What still moves needs somebody to write to. */
async function refuseUnsettled(tx: Tx, sessionId: SessionId): Promise<void> {
  const { status, disputed, refunds } = await tx.order.findUniqueOrThrow({
    where: { sessionId },
    include: { refunds: { where: { status: { in: UNSETTLED } } } },
  });
  const refusal = whyNot('erase', { status, disputed, refundOpen: refunds.length > 0 });
  if (refusal !== null) throw new Problem('invalid_transition', `${refusal}.`);
}

/** Of a refund: not answered by Stripe, or not at its end there. */
const UNSETTLED = ['requested', 'pending', 'requires_action'];

/** The row stays, and says that it is erased: whoever looks at Stripe later writes nothing there. The evidence in disputes goes with it, by trigger. */
async function forgetCustomer(tx: Tx, sessionId: SessionId, at: Date): Promise<void> {
  await tx.$executeRaw`INSERT INTO customers (session_id, erased_at) VALUES (${sessionId}, ${at})
    ON CONFLICT (session_id) DO UPDATE SET email = NULL, name = NULL, address = NULL, user_id = NULL,
      email_by_staff = false, address_by_staff = false, erased_at = coalesce(customers.erased_at, excluded.erased_at)`;
}

/** That a mail went, and when, stays; one that has not gone never will. */
async function forgetMails(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.mail.updateMany({ where: { sessionId, status: 'WRITTEN' }, data: { status: 'GIVEN_UP' } });
  await tx.mail.updateMany({ where: { sessionId }, data: { recipient: '', subject: '', html: '', text: '' } });
}

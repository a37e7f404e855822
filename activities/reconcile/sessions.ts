import type Stripe from 'stripe';
import { isSessionId, type SessionId } from '../../domain/ids';
import type { OrderStatus, PaymentStatus } from '../../domain/order';
import { differenceOf, type KnownOrder, type ListedSession } from '../../domain/sweep';
import { expectList } from '../../platform/stripe';
import { paymentIntentOf, type Session } from '../checkout/session';
import type { Deps } from '../deps';
import { PAGE, type PageRead, type PageRequest, seconds } from './page';
import { type Difference, repair } from './repairs';

/** Complete sessions at Stripe that the database does not know to be so. */
export const sweepSessions = (deps: Deps) => ({
  /** A page of the complete sessions made since; one query compares it, and only differences wake an order. */
  async sweepSessions({ id, window, cursor }: PageRequest): Promise<PageRead> {
    const page = expectList(
      await deps.stripe.checkout.sessions.list({
        status: 'complete',
        created: { gte: seconds(window.sessionsSince) },
        expand: ['data.payment_intent'],
        limit: PAGE,
        ...(cursor && { starting_after: cursor }),
      }),
    );
    const sessions = page.data.flatMap((session) =>
      isSessionId(session.id) ? [{ sessionId: session.id, ...listed(session) }] : [],
    );
    const differences = await differing(deps, sessions);
    await repair(deps, id, differences);
    return {
      checked: page.data.length,
      woken: differences.length,
      cursor: page.has_more ? (page.data.at(-1)?.id ?? null) : null,
    };
  },
});

/** What a session that is complete says of its money. */
export function listed(session: Session): ListedSession {
  const intent = paymentIntentOf(session);
  const paid = session.payment_status !== 'unpaid' || intent?.status === 'succeeded';
  return { mode: session.mode, paid, failed: !paid && HAS_FAILED.has(intent?.status ?? '') };
}

const HAS_FAILED = new Set<Stripe.PaymentIntent.Status | string>(['requires_payment_method', 'canceled']);

type Listed = ListedSession & { sessionId: SessionId };

/** Holds complete sessions against the database, in one query. */
export async function differing({ db }: Pick<Deps, 'db'>, sessions: Listed[]): Promise<Difference[]> {
  if (sessions.length === 0) return [];
  const rows = await db.$queryRaw<KnownRow[]>`
    SELECT s.id, o.status::text, o.payment_status::text, o.attention_step IS NOT NULL AS attention, o.version,
      x.session_id IS NOT NULL AS stray
    FROM unnest(${sessions.map(({ sessionId }) => sessionId)}::text[]) AS s(id)
    LEFT JOIN orders o ON o.session_id = s.id
    LEFT JOIN stray_sessions x ON x.session_id = s.id`;
  const known = new Map(rows.map((row) => [row.id, row]));
  return sessions.flatMap(({ sessionId, ...session }) => {
    const row = known.get(sessionId);
    const action = differenceOf(session, row?.status ? orderOf(row) : null, row?.stray ?? false);
    return action ? [{ sessionId, action, version: row?.version ?? null }] : [];
  });
}

interface KnownRow {
  id: string;
  status: OrderStatus | null;
  payment_status: PaymentStatus | null;
  attention: boolean;
  version: number | null;
  stray: boolean;
}

const orderOf = ({ status, payment_status, attention }: KnownRow): KnownOrder => ({
  status: status as OrderStatus,
  paymentStatus: payment_status as PaymentStatus,
  attention,
});

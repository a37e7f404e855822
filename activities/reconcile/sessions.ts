import type Stripe from 'stripe';
import { isSessionId, type SessionId } from '../../domain/ids';
import { isOfAnotherInstallation } from '../../domain/session';
import { differenceOf, type ListedSession } from '../../domain/sweep';
import { expectList } from '../../platform/stripe';
import { knownSessions } from '../../store/reconciliation/known';
import type { Difference } from '../../store/reconciliation/repairs';
import { paymentIntentOf, type Session } from '../checkout/session';
import type { Deps } from '../deps';
import { PAGE, type PageRead, type PageRequest, seconds } from './page';
import { repair } from './repairs';

/** Activities that find complete sessions which the database does not know to be complete. */
export const sweepSessions = (deps: Deps) => ({
  /**
   * Reads a page of the complete sessions created since a time. One query compares it, and only differences wake an
   * order.
   */
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
    const installation = await deps.installation();
    const sessions = page.data.flatMap((session) =>
      isSessionId(session.id) ? [{ sessionId: session.id, ...listed(session, installation) }] : [],
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

/** What a complete session says about its money. */
export function listed(session: Session, installation: string): ListedSession {
  const intent = paymentIntentOf(session);
  const paid = session.payment_status !== 'unpaid' || intent?.status === 'succeeded';
  const elsewhere = isOfAnotherInstallation(session.metadata, installation);
  return { mode: session.mode, elsewhere, paid, failed: !paid && HAS_FAILED.has(intent?.status ?? '') };
}

const HAS_FAILED = new Set<Stripe.PaymentIntent.Status | string>(['requires_payment_method', 'canceled']);

type Listed = ListedSession & { sessionId: SessionId };

/** Compares complete sessions with the database, in one query. */
export async function differing({ db }: Pick<Deps, 'db'>, sessions: Listed[]): Promise<Difference[]> {
  const known = await knownSessions(
    db,
    sessions.map(({ sessionId }) => sessionId),
  );
  return sessions.flatMap(({ sessionId, ...session }) => {
    const { order = null, stray = false } = known.get(sessionId) ?? {};
    const action = differenceOf(session, order, stray);
    return action ? [{ sessionId, action, version: order?.version ?? null }] : [];
  });
}

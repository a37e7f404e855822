import { unpack } from '../../domain/bundle';
import { ownShopUnderAnotherId } from '../../domain/foreign-installation';
import { sessionId } from '../../domain/ids';
import { type CheckoutLine, isOfAnotherInstallation, METADATA } from '../../domain/session';
import { knownProducts } from '../../store/catalogue/known';
import { adoptSession, writeSessionElsewhere } from '../../store/checkouts/elsewhere';
import { type StraySession, writeStray } from '../../store/checkouts/strays';
import { writeDiscrepancies } from '../../store/reconciliation/discrepancies';
import type { Deps } from '../deps';
import type { FoundLine, Session } from './session';

/**
 * Links a session to the checkout that its metadata names. Returns false if that checkout belongs to another session,
 * or is not known here.
 */
export async function adopt({ db }: Deps, session: Session, checkoutId: string): Promise<boolean> {
  if (!/^[0-9a-f-]{36}$/i.test(checkoutId)) return false;
  return adoptSession(db, { checkoutId, session: sessionId(session.id) });
}

/** Records a session made elsewhere, with its lines from Stripe. */
export async function writeElsewhere({ db, clock }: Deps, session: Session, lines: FoundLine[]): Promise<void> {
  const at = new Date(clock.now());
  await writeSessionElsewhere(db, {
    session: sessionId(session.id),
    number: session.metadata?.[METADATA.number] ?? null,
    currency: session.currency ?? '',
    subtotal: session.amount_subtotal ?? 0,
    lines: await asCheckoutLines(db, lines, session.currency ?? ''),
    userId: session.metadata?.[METADATA.userId] ?? null,
    locale: session.locale,
    holdUntil: at,
    at,
  });
}

/** Whether another installation on the same account made a session. */
export const isElsewhere = async ({ installation }: Deps, { metadata }: Session): Promise<boolean> =>
  isOfAnotherInstallation(metadata, await installation());

/**
 * Records a complete session that is not ours, once. Nothing else is done about it, but staff hear of it if it was made
 * by this very shop under another id.
 */
export async function noteStray(deps: Deps, session: Session): Promise<void> {
  const { db, clock, metrics } = deps;
  const first = await writeStray(db, {
    session: sessionId(session.id),
    amount: session.amount_total,
    currency: session.currency,
    ...(await whyStray(deps, session)),
    at: new Date(clock.now()),
  });
  if (!first) return;
  metrics.strays.inc();
  const ours = (await isElsewhere(deps, session)) ? ownShopUnderAnotherId(session, deps.env.STOREFRONT_URL) : null;
  if (ours) await writeDiscrepancies(db, { foundBy: null, found: [ours], at: new Date(clock.now()) });
}

async function whyStray(deps: Deps, session: Session): Promise<Pick<StraySession, 'kind' | 'reason'>> {
  if (await isElsewhere(deps, session))
    return { kind: 'OTHER_INSTALLATION', reason: 'a session of another installation on this account' };
  if (session.mode !== 'payment') return { kind: 'OTHER_MODE', reason: `a session of mode ${session.mode}` };
  return { kind: 'UNKNOWN_LINES', reason: 'a line stands for no product known here' };
}

/**
 * One line per SKU; a bundle with what it is made of today. A line without a known SKU gets a SKU of its own, so that
 * staff see it. It never has stock or a file.
 */
async function asCheckoutLines(db: Deps['db'], lines: FoundLine[], currency: string): Promise<CheckoutLine[]> {
  const products = await knownProducts(
    db,
    lines.flatMap(({ sku }) => sku ?? []),
  );
  const merged = new Map<string, CheckoutLine>();
  lines.forEach((line, index) => {
    const sku = line.sku ?? `unknown-${index + 1}`;
    const product = products.find((one) => one.sku === sku);
    const same = merged.get(sku);
    const quantity = line.quantity + (same?.quantity ?? 0);
    const total = line.amount_subtotal + (same?.total ?? 0);
    merged.set(sku, {
      sku,
      name: product?.name ?? line.description,
      kind: product?.kind ?? 'PHYSICAL',
      quantity,
      unitAmount: Math.floor(total / quantity),
      total,
      stripePriceId: null,
      minimum: line.minimum,
    });
  });
  return [...merged.values()].map((line) => {
    const contents = products.find(({ sku }) => sku === line.sku)?.contents;
    return contents ? { ...line, contents: unpack(line, contents, currency) } : line;
  });
}

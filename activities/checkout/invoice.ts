import { sessionId } from '../../domain/ids';
import { expectObject } from '../../platform/stripe';
import { type Invoice, saveInvoice } from '../../store/customers/invoice';
import type { Deps } from '../deps';
import type { Session } from './session';

/** An order does not wait longer for it. */
const WAIT_MS = 3_000;

/**
 * Keeps where the invoice of a paid session is, if the session asked for one and Stripe has made it by now. No order
 * fails for it: without Stripe's answer, or the permission, only the id is kept, until a later look has the links.
 */
export async function keepInvoice(deps: Deps, session: Session): Promise<void> {
  const id = typeof session.invoice === 'string' ? session.invoice : session.invoice?.id;
  if (!id) return;
  await saveInvoice(deps.db, { sessionId: sessionId(session.id), invoice: await read(deps, id) });
}

async function read({ stripe, log }: Deps, id: string): Promise<Invoice> {
  try {
    const found = expectObject(await stripe.invoices.retrieve(id, {}, { timeout: WAIT_MS }), 'invoice');
    return { id, url: found.hosted_invoice_url ?? null, pdf: found.invoice_pdf ?? null };
  } catch (error) {
    log.warn({ error: (error as Error).name, invoice: id }, 'the link of an invoice could not be read');
    return { id, url: null, pdf: null };
  }
}

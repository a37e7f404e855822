import Stripe from 'stripe';
import type { Logger } from './logger';
import { expectObject } from './stripe';

/** The Stripe account that our key belongs to. */
export interface OwnAccount {
  /** `acct_…`; null while Stripe has not said. */
  readonly id: string | null;
}

const AGAIN_MS = 60_000;

/**
 * Asks Stripe in the background which account the key belongs to: once for a process, or each minute until Stripe
 * answers. If the key may not read its account, it does not ask again.
 */
export function learnAccount(stripe: Stripe, log: Logger, closing: AbortSignal): OwnAccount {
  const account: { id: string | null } = { id: null };
  const ask = async (): Promise<void> => {
    try {
      account.id = expectObject(await stripe.accounts.retrieveCurrent(), 'account').id;
    } catch (error) {
      if (error instanceof Stripe.errors.StripePermissionError)
        return log.info(
          'the Stripe key may not read its account: events of an organisation are judged by their object',
        );
      if (!closing.aborted) setTimeout(ask, AGAIN_MS).unref();
    }
  };
  void ask();
  return account;
}

import Stripe from 'stripe';
import type { SessionId } from '../domain/ids';
import type { Env } from './env';
import type { Logger } from './logger';
import { connectStripe, expectObject } from './stripe';

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
    const id = await accountOf(stripe).catch(() => undefined);
    if (id === null)
      log.info('the Stripe key may not read its account: events of an organisation are judged by their object');
    else if (id !== undefined) account.id = id;
    else if (!closing.aborted) setTimeout(ask, AGAIN_MS).unref();
  };
  void ask();
  return account;
}

/** What shows whose a key is. */
export interface KeySigns {
  /** The mode, by the key's beginning; null if it does not say. */
  readonly live: boolean | null;
  /** `acct_…`; null if the key may not read its account; undefined if what answers has no such address. */
  account(): Promise<string | null | undefined>;
  /** Whether Stripe knows a session by this key. */
  knows(session: SessionId): Promise<boolean>;
}

/** Asks Stripe with the key of the configuration. Each method rejects with Stripe's error if it gives no answer. */
export function signsOfKey(env: Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>): KeySigns {
  const stripe = connectStripe(env);
  const mode = /^[rs]k_(live|test)_/.exec(env.STRIPE_SECRET_KEY)?.[1];
  return {
    live: mode === undefined ? null : mode === 'live',
    account: () => accountOf(stripe),
    async knows(session) {
      try {
        return expectObject(await stripe.checkout.sessions.retrieve(session), 'checkout.session').id === session;
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError) return false;
        throw error;
      }
    },
  };
}

/** `acct_…`; null if the key may not read its account; undefined if what answers has no such address. */
async function accountOf(stripe: Stripe): Promise<string | null | undefined> {
  try {
    return expectObject(await stripe.accounts.retrieveCurrent(), 'account').id;
  } catch (error) {
    if (error instanceof Stripe.errors.StripePermissionError) return null;
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return undefined;
    throw error;
  }
}

import { ConfigurationError } from '../../platform/configuration-error';
import { connectStripe } from '../../platform/stripe';
import { signsOfKey } from '../../platform/stripe-account';
import type { Db } from '../../store/database';
import { linkCatalogue, readSetupEnv, settleAccount } from './stripe-setup';

/**
 * Makes the prices of new products at Stripe, so that they are for sale at once. Nothing depends on it: without prices
 * the products are drafts, and `npm run stripe:setup` makes what is missing.
 * @param variables the environment; without STRIPE_SECRET_KEY Stripe is not asked
 * @returns what became of the products, as a sentence for a person
 */
export async function putOnSale(db: Db, skus: string[], variables: NodeJS.ProcessEnv): Promise<string> {
  const drafts = 'They are drafts, and not for sale, until npm run stripe:setup has made their prices at Stripe';
  if (!variables.STRIPE_SECRET_KEY) return `${drafts}.`;
  try {
    const env = readSetupEnv(variables);
    await settleAccount(db, signsOfKey(env), { isNew: false });
    await linkCatalogue({ db, stripe: connectStripe(env), env, log: () => {}, skus });
    return 'Their prices are at Stripe, so they are for sale.';
  } catch (error) {
    return `${drafts}: ${error instanceof ConfigurationError ? error.problems.join(', ') : (error as Error).message}`;
  }
}

/** `GET /v1/account`: the account the key belongs to. */
import type Stripe from 'stripe';
import { type Route, route } from '../http/route';

export const ACCOUNT_ID = 'acct_1SandboxHoldfast';
export const MERCHANT = 'Holdfast Sandbox Shop';

export const account: Stripe.Account = {
  id: ACCOUNT_ID,
  object: 'account',
  business_type: 'company',
  capabilities: { card_payments: 'active', sepa_debit_payments: 'active', transfers: 'active' },
  charges_enabled: true,
  country: 'DE',
  default_currency: 'eur',
  details_submitted: true,
  email: 'shop@example.com',
  payouts_enabled: true,
  type: 'standard',
};

export const accountRoutes: Route[] = [route('GET', '/v1/account', {}, () => account)];

/** Every route of the API in one table. A new resource is a file with its own rows, listed here. */
import { accountRoutes } from '../objects/account';
import { balanceRoutes } from '../objects/balance';
import { chargeRoutes } from '../objects/charges';
import { couponRoutes } from '../objects/coupons';
import { customerRoutes } from '../objects/customers';
import { disputeRoutes } from '../objects/dispute-routes';
import { invoiceRoutes } from '../objects/invoices';
import { paymentIntentRoutes } from '../objects/payment-intents';
import { payoutRoutes } from '../objects/payouts';
import { priceRoutes } from '../objects/prices';
import { productRoutes } from '../objects/product-routes';
import { promotionCodeRoutes } from '../objects/promotion-codes';
import { radarRoutes } from '../objects/radar';
import { refundRoutes } from '../objects/refunds';
import { sessionRoutes } from '../objects/session-routes';
import { shippingRateRoutes } from '../objects/shipping-rates';
import { eventRoutes } from '../webhooks/event-routes';
import { webhookEndpointRoutes } from '../webhooks/webhook-endpoints';
import type { Route } from './route';

export const ROUTES: Route[] = [
  ...accountRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...customerRoutes,
  ...couponRoutes,
  ...promotionCodeRoutes,
  ...shippingRateRoutes,
  ...sessionRoutes,
  ...paymentIntentRoutes,
  ...invoiceRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...radarRoutes,
  ...balanceRoutes,
  ...payoutRoutes,
  ...eventRoutes,
  ...webhookEndpointRoutes,
];

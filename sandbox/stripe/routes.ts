/** Every route of the API, in one table. A new resource is a file with its rows, named here. */
import { accountRoutes } from './account';
import { balanceRoutes } from './balance';
import { chargeRoutes } from './charges';
import { couponRoutes, promotionCodeRoutes } from './coupons';
import { customerRoutes } from './customers';
import { disputeRoutes } from './disputes';
import { eventRoutes } from './event-routes';
import { paymentIntentRoutes } from './payment-intents';
import { payoutRoutes } from './payouts';
import { priceRoutes } from './prices';
import { productRoutes } from './product-routes';
import { radarRoutes } from './radar';
import { refundRoutes } from './refunds';
import type { Route } from './route';
import { sessionRoutes } from './session-routes';
import { thinEventRoutes } from './thin-events';
import { webhookEndpointRoutes } from './webhook-endpoints';

export const ROUTES: Route[] = [
  ...accountRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...customerRoutes,
  ...couponRoutes,
  ...promotionCodeRoutes,
  ...sessionRoutes,
  ...paymentIntentRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...radarRoutes,
  ...balanceRoutes,
  ...payoutRoutes,
  ...eventRoutes,
  ...thinEventRoutes,
  ...webhookEndpointRoutes,
];

/** Every route of the API, in one table. A new resource is a file with its rows, named here. */
import { accountRoutes } from './account';
import { balanceRoutes } from './balance';
import { chargeRoutes } from './charges';
import { couponRoutes, promotionCodeRoutes } from './coupons';
import { customerRoutes } from './customers';
import { disputeRoutes } from './disputes';
import { eventRoutes } from './eventRoutes';
import { paymentIntentRoutes } from './paymentIntents';
import { priceRoutes } from './prices';
import { productRoutes } from './productRoutes';
import { refundRoutes } from './refunds';
import type { Route } from './route';
import { sessionRoutes } from './sessionRoutes';
import { webhookEndpointRoutes } from './webhookEndpoints';

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
  ...balanceRoutes,
  ...eventRoutes,
  ...webhookEndpointRoutes,
];

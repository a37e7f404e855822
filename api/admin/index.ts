import type { ApiDeps } from '../deps';
import type { Route } from '../route';
import { contactRoutes } from './contact';
import { disputeRoutes } from './disputes';
import { eraseRoutes } from './erase';
import { orderListRoutes } from './order-list';
import { orderPageRoutes } from './order-page';
import { orderStepRoutes } from './order-steps';
import { productFileRoutes } from './product-file';
import { catalogueRoutes } from './products';
import { reconciliationRoutes } from './reconciliations';
import { refundRoutes } from './refund';
import { resendRoutes } from './resend';
import { stockRoutes } from './stock';

/** What staff and operators may ask for. Who may not was sent away before any of this is reached: see ../staff-auth.ts. */
export const adminRoutes = (deps: ApiDeps): Route[] => [
  ...orderListRoutes(deps),
  ...orderPageRoutes(deps),
  ...orderStepRoutes(deps),
  ...disputeRoutes(deps),
  ...refundRoutes(deps),
  ...contactRoutes(deps),
  ...resendRoutes(deps),
  ...eraseRoutes(deps),
  ...catalogueRoutes(deps),
  ...productFileRoutes(deps),
  ...stockRoutes(deps),
  ...reconciliationRoutes(deps),
];

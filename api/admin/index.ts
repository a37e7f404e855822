import type { ApiDeps } from '../deps';
import type { Route } from '../http/route';
import { bulkRoutes } from './bulk/bulk';
import { productFileRoutes } from './catalogue/file';
import { licenceKeyRoutes } from './catalogue/licence-keys';
import { productPictureRoutes } from './catalogue/pictures';
import { catalogueRoutes } from './catalogue/products';
import { stockRoutes } from './catalogue/stock';
import { customerRoutes } from './customers/export';
import { deliveryRoutes } from './deliveries/deliveries';
import { disputeRoutes } from './disputes/disputes';
import { contactRoutes } from './orders/contact';
import { orderCsvRoutes } from './orders/csv';
import { eraseRoutes } from './orders/erase';
import { holdRoutes } from './orders/hold';
import { orderListRoutes } from './orders/list';
import { packingSlipRoutes } from './orders/packing-slip';
import { orderPageRoutes } from './orders/page';
import { replaceRoutes } from './orders/replace';
import { resendRoutes } from './orders/resend';
import { returnRequestRoutes } from './orders/return-requests';
import { returnRoutes } from './orders/returns';
import { orderStepRoutes } from './orders/steps';
import { discrepancyRoutes } from './reconciliation/discrepancies';
import { ledgerCsvRoutes } from './reconciliation/ledger-csv';
import { reconciliationRoutes } from './reconciliation/reconciliations';
import { recoveryRoutes } from './recovery/recovery';
import { resolveRoutes } from './refunds/resolve';
import { refundRoutes } from './refunds/routes';
import { shopRoutes } from './shop/shop';

/** The routes of staff and operators. `requireStaff` (staff-auth.ts) has already refused everybody else. */
export const adminRoutes = (deps: ApiDeps): Route[] => [
  ...orderListRoutes(deps),
  ...orderCsvRoutes(deps),
  ...orderPageRoutes(deps),
  ...packingSlipRoutes(deps),
  ...orderStepRoutes(deps),
  ...holdRoutes(deps),
  ...disputeRoutes(deps),
  ...refundRoutes(deps),
  ...resolveRoutes(deps),
  ...returnRoutes(deps),
  ...returnRequestRoutes(deps),
  ...replaceRoutes(deps),
  ...contactRoutes(deps),
  ...resendRoutes(deps),
  ...eraseRoutes(deps),
  ...customerRoutes(deps),
  ...catalogueRoutes(deps),
  ...productFileRoutes(deps),
  ...productPictureRoutes(deps),
  ...stockRoutes(deps),
  ...licenceKeyRoutes(deps),
  ...shopRoutes(deps),
  ...recoveryRoutes(deps),
  ...reconciliationRoutes(deps),
  ...discrepancyRoutes(deps),
  ...ledgerCsvRoutes(deps),
  ...bulkRoutes(deps),
  ...deliveryRoutes(deps),
];

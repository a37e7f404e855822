import express, { type Express } from 'express';
import { Problem } from '../domain/problem';
import { moduleLog } from '../platform/logger';
import { adminRoutes } from './admin';
import { requireStaff } from './admin/staff-auth';
import type { ApiDeps } from './deps';
import { docsPage } from './http/docs';
import { problemHandler } from './http/errors';
import { healthRoutes } from './http/health';
import { createLimits } from './http/limits';
import { openApiDocument } from './http/openapi';
import { requestContext, requestLog, requestMetrics } from './http/request-log';
import { requestTrace } from './http/request-trace';
import { mount, needsStorefrontKey, type Route } from './http/route';
import { securityHeaders, storefrontCors, warnOfProxy } from './http/security';
import { storefrontServer } from './http/storefront-key';
import { signedInAt, staffRoutes } from './staff';
import { codecCors } from './staff/codec';
import { checkoutRoutes } from './storefront/checkout';
import { customerOrderRoutes } from './storefront/customer-orders';
import { demoPictures, demoStorefront } from './storefront/demo';
import { downloadRoutes } from './storefront/downloads';
import { notifyRoutes } from './storefront/notify';
import { cancelRoutes } from './storefront/order-page/cancel';
import { askToReturnRoutes } from './storefront/order-page/return';
import { orderPageRoutes } from './storefront/order-page/view';
import { withdrawRoutes } from './storefront/order-page/withdraw';
import { orderRoutes } from './storefront/orders';
import { pictureRoutes } from './storefront/pictures';
import { productRoutes } from './storefront/products';
import { recoverRoutes } from './storefront/recover';
import { recoveryCartRoutes } from './storefront/recovery-cart';
import { shopRoute } from './storefront/shop';
import { streamRoutes } from './storefront/stream';
import { unsubscribeRoutes } from './storefront/unsubscribe';
import { guestWithdrawalRoutes } from './storefront/withdraw';
import { approvalRoutes } from './webhooks/approval';
import { mailWebhookRoutes } from './webhooks/mail-webhooks';
import { webhookRoutes } from './webhooks/webhooks';

/**
 * Which part of the edge an app serves. With ADMIN_PORT, `public` has everything but what is for staff and operators
 * alone, and `private` has that. Both say how the process is.
 */
export type Part = 'all' | 'public' | 'private';

/** The HTTP edge, or a part of it, as one Express app, ready to listen. */
export function createApp(deps: ApiDeps, part: Part = 'all'): Express {
  const { env, log, metrics } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', env.TRUST_PROXY);
  app.set('query parser', 'simple');

  const requests = moduleLog(log, 'request');
  app.use(requestLog(requests), requestTrace(env), requestContext, requestMetrics(metrics));
  app.use(securityHeaders(env), codecCors(env, storefrontCors(env)));
  app.use((_req, res, next) => {
    // While the process stops, clients should send their next request elsewhere.
    if (deps.closing.aborted) res.set('connection', 'close');
    next();
  });
  app.use(warnOfProxy(deps));
  const limits = createLimits(deps);
  if (part !== 'public') app.use('/admin', requireStaff(env, limits));

  const routes = apiRoutes(deps, limits).filter(({ path }) => serves(part, path));
  const server = storefrontServer(env, limits);
  const signedIn = signedInAt(deps, limits);
  // A proxy in front blocks these by their exact path, so they must not be served under another spelling of it.
  const exact = express.Router({ caseSensitive: true, strict: true });
  mount(exact, routes.filter(isOperations));
  app.use(exact);
  mount(
    app,
    routes.filter((one) => !isOperations(one)),
    (one) => (one.tag === 'Storefront' ? [server({ required: needsStorefrontKey(one) })] : signedIn(one)),
  );
  mount(app, [openApiDocument(routes, env)]);
  app.use(docsPage());
  app.use(demoPictures());
  if (deps.storefrontDir && part !== 'private') app.use(demoStorefront(deps.storefrontDir, deps));

  app.use(() => {
    throw new Problem('not_found', 'There is nothing at this address. See /docs.');
  });
  app.use(problemHandler(requests));
  return app;
}

/** Whether a part of the edge has a route. */
const serves = (part: Part, path: string): boolean =>
  part === 'all' || IN_BOTH.test(path) || PRIVATE.test(path) === (part === 'private');

const isOperations = ({ tag }: Route): boolean => tag === 'Operations';

const PRIVATE = /^\/(?:admin|staff|metrics)(?:\/|$)/;
const IN_BOTH = /^\/(?:healthz|readyz)(?:\/|$)/;

/** Every declared route, in the order of the OpenAPI document. */
export function apiRoutes(all: ApiDeps, limits = createLimits(all)): Route[] {
  const logging = (module: Parameters<typeof moduleLog>[1]) => ({ ...all, log: moduleLog(all.log, module) });
  const deps = logging('storefront');
  const opening = logging('checkout');
  const hooks = logging('webhooks');
  const staff = logging('admin');
  return [
    ...productRoutes(deps),
    shopRoute(deps),
    ...pictureRoutes(deps),
    ...notifyRoutes(deps, limits),
    ...checkoutRoutes(opening, limits),
    ...orderRoutes(deps, limits),
    ...orderPageRoutes(deps, limits),
    ...cancelRoutes(deps),
    ...withdrawRoutes(deps),
    ...askToReturnRoutes(deps, limits),
    ...guestWithdrawalRoutes(deps, limits),
    ...streamRoutes(deps, limits),
    ...downloadRoutes(deps),
    ...recoverRoutes(opening, limits),
    ...recoveryCartRoutes(deps),
    ...unsubscribeRoutes(deps),
    ...customerOrderRoutes(deps, limits),
    ...webhookRoutes(hooks),
    ...approvalRoutes(hooks),
    ...mailWebhookRoutes(hooks),
    ...adminRoutes(staff),
    ...staffRoutes(staff, limits),
    ...healthRoutes(all),
  ];
}

import type { RequestHandler } from 'express';
import type { Env } from '../../platform/env';
import { isTracing, startSpan } from '../../platform/trace';
import { bearerOf, recogniser } from './bearer';
import { QUIET, routeOf } from './request-log';

/**
 * Makes each request a span, a part of the client's trace if it sends one. Named for the route's declared path; neither
 * URL nor client stands in it. Whether it is traced at all, only a storefront's server may say: anybody else could have
 * every request traced.
 */
export function requestTrace(env: Pick<Env, 'STOREFRONT_KEYS'>): RequestHandler {
  if (!isTracing()) return (_req, _res, next) => next();
  const storefrontOf = recogniser(env.STOREFRONT_KEYS);
  return (req, res, next) => {
    if (QUIET.test(req.url)) return next();
    const attributes = { 'http.request.method': req.method, 'holdfast.request.id': String(req.id) };
    const { traceparent } = req.headers;
    const bearer = bearerOf(req);
    const span = startSpan({
      ...{ name: req.method, kind: 'server', attributes },
      parent: typeof traceparent === 'string' ? { traceparent } : {},
      trusted: bearer !== undefined && storefrontOf(bearer) !== undefined,
    });
    if (span === null) return next();
    res.once('close', () => {
      const route = routeOf(res);
      span.rename(`${req.method} ${route}`);
      span.set({ 'http.route': route, 'http.response.status_code': res.statusCode, ...aboutOf(res.locals.about) });
      if (res.statusCode >= 500) span.fail(String(res.statusCode));
      span.end();
    });
    span.within(next);
  };
}

/** The ids that the request's line in the log has, too. */
const aboutOf = (about: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(about ?? {}).map(([name, id]) => [`holdfast.${name}`, id]));

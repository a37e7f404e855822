import type { RequestHandler } from 'express';
import { type Carrier, startSpan } from '../../platform/trace';
import { QUIET, routeOf } from './request-log';

/**
 * Makes each request a span, a part of the client's trace if it sends one. Named for the route's declared path; neither
 * URL nor client stands in it.
 */
export const requestTrace: RequestHandler = (req, res, next) => {
  if (QUIET.test(req.url)) return next();
  const attributes = { 'http.request.method': req.method, 'holdfast.request.id': String(req.id) };
  const span = startSpan({ name: req.method, kind: 'server', attributes, parent: carrierOf(req.headers) });
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

function carrierOf({ traceparent, tracestate }: Record<string, string | string[] | undefined>): Carrier {
  return {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}

/** The ids that the request's line in the log has, too. */
const aboutOf = (about: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(about ?? {}).map(([name, id]) => [`holdfast.${name}`, id]));

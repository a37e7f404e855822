import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import { isSessionId } from '../../domain/ids';
import { addToLogContext, withLogContext } from '../../platform/log-context';
import type { Logger } from '../../platform/logger';
import { traceOf } from '../../platform/traceparent';
import type { ApiMetrics } from '../metrics';

/**
 * One line per request: method, route, status and duration. The route's declared path stands for the URL; see
 * `whereTo`.
 */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp<IncomingMessage, ServerResponse>({
    logger: log,
    genReqId: (_req, res) => {
      const id = randomUUID();
      res.setHeader('x-request-id', id);
      return id;
    },
    quietResLogger: true,
    customAttributeKeys: { responseTime: 'ms' },
    serializers: { req: () => undefined },
    wrapSerializers: false,
    autoLogging: { ignore: (req) => QUIET.test(req.url ?? '') },
    // Not `error`, which is reported: why a request failed is a line of its own, and shed load is nobody's mistake.
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'warn' : 'info'),
    // Of what pino-http offers, the time alone: the rest is the response itself, with its request and its headers.
    customSuccessObject: (req, res, { ms }) => ({ ms, ...lineOf(req as Request, res as Response) }),
    customErrorObject: (req, res, _error, { ms }) => ({ ms, ...lineOf(req as Request, res as Response) }),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
  }) as RequestHandler;
}

/** Every line that is written while a request is served carries its id, and the trace that the client is part of. */
export const requestContext: RequestHandler = (req, _res, next) => {
  const trace = traceOf(req.headers.traceparent);
  withLogContext({ request: String(req.id), ...(trace && { trace }) }, next);
};

/** Times each request by its route's declared path. */
export const requestMetrics =
  ({ requests }: ApiMetrics): RequestHandler =>
  (req, res, next) => {
    const end = requests.startTimer();
    res.once('close', () =>
      end({ method: METHODS.has(req.method) ? req.method : 'other', route: routeOf(res), status: res.statusCode }),
    );
    next();
  };

/** What is asked many times a minute by machines, and says nothing. */
export const QUIET = /^\/(?:healthz|readyz|readyz\/webhooks|metrics)(?:[?#]|$)/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

export const routeOf = (res: Response): string => (typeof res.locals?.route === 'string' ? res.locals.route : 'none');

const lineOf = (req: Request, res: Response) => ({
  ...{ request: req.id, method: req.method, status: res.statusCode },
  ...whereTo(res),
});

/**
 * The route, and the parameters in its path that look like ids. Undeclared paths, queries and tokens are never
 * logged: they may contain what only the shopper should know.
 */
function whereTo(res: Response): { route: string; ids?: Record<string, string> } & Record<string, unknown> {
  const ids = Object.entries((res.locals?.params ?? {}) as Record<string, unknown>).filter(
    (entry): entry is [string, string] =>
      !PRIVATE.has(entry[0]) && typeof entry[1] === 'string' && /^[\w.-]{1,220}$/.test(entry[1]),
  );
  const named = Object.fromEntries(ids);
  const about = res.locals?.about as Record<string, string> | undefined;
  return { route: routeOf(res), ...(ids.length > 0 && { ids: named }), ...orderIn(named), ...about };
}

/** An order stands in a path by its session, or, for staff, by its number. */
function orderIn({ sessionId, ref = sessionId }: Record<string, string>): Record<string, string> {
  if (ref === undefined) return {};
  return isSessionId(ref) ? { session: ref } : { number: ref };
}

/** Parameters that are secrets, or that identify a person. */
const PRIVATE = new Set(['token', 'email']);

/**
 * Adds ids to a request's line, and to those that follow, that stand in its body or its answer, not in its path. Never
 * anything personal.
 */
export function logAbout(res: Response, about: Record<string, string>): void {
  addToLogContext(about);
  res.locals.about = { ...(res.locals.about as object | undefined), ...about };
}

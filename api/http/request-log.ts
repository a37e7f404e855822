import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../../platform/logger';
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
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'request', responseTime: 'ms' },
    serializers: { req: () => undefined, res: () => undefined, err: () => undefined },
    wrapSerializers: false,
    autoLogging: { ignore: (req) => QUIET.test(req.url ?? '') },
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'error' : 'info'),
    customSuccessObject: (req, res, line) => ({ ...line, ...lineOf(req as Request, res as Response) }),
    customErrorObject: (req, res, _error, line) => ({ ...line, ...lineOf(req as Request, res as Response) }),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
  }) as RequestHandler;
}

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

const QUIET = /^\/(?:healthz|readyz|readyz\/webhooks|metrics)(?:[?#]|$)/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

const routeOf = (res: Response): string => (typeof res.locals?.route === 'string' ? res.locals.route : 'none');

const lineOf = (req: Request, res: Response) => ({ method: req.method, status: res.statusCode, ...whereTo(res) });

/**
 * The route, and the parameters in its path that look like ids. Undeclared paths, queries and tokens are never
 * logged: they may contain what only the shopper should know.
 */
function whereTo(res: Response): { route: string; ids?: Record<string, string> } {
  const ids = Object.entries((res.locals?.params ?? {}) as Record<string, unknown>).filter(
    (entry): entry is [string, string] =>
      !PRIVATE.has(entry[0]) && typeof entry[1] === 'string' && /^[\w.-]{1,220}$/.test(entry[1]),
  );
  const about = res.locals?.about as Record<string, string> | undefined;
  return { route: routeOf(res), ...(ids.length > 0 && { ids: Object.fromEntries(ids) }), ...about };
}

/** Parameters that are secrets, or that identify a person. */
const PRIVATE = new Set(['token', 'email']);

/** Adds ids to a request's line that stand in its body or its answer, not in its path. Never anything personal. */
export function logAbout(res: Response, about: Record<string, string>): void {
  res.locals.about = { ...(res.locals.about as object | undefined), ...about };
}

import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Env } from '../../platform/env';
import type { ApiDeps } from '../deps';

/**
 * Security headers for browsers. The pages served here are the demo storefront, the rendered API document, and those of
 * an order, which have no scripts. Scripts come from this origin alone, pictures from wherever the catalogue says.
 */
export function securityHeaders(env: Pick<Env, 'PUBLIC_URL'>): RequestHandler {
  const overTls = env.PUBLIC_URL.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:', 'https:', ...(overTls ? [] : ['http:'])],
        'font-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'frame-ancestors': ["'none'"],
        'upgrade-insecure-requests': overTls ? [] : null,
      },
    },
    strictTransportSecurity: overTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
}

/** Allows the storefronts' origins. A browser may not send `Authorization` from another origin. */
export const storefrontCors = (env: Pick<Env, 'STOREFRONT_URL' | 'STOREFRONT_ORIGINS'>): RequestHandler =>
  cors({
    origin: storefrontOrigins(env),
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'Traceparent', 'Tracestate'],
    exposedHeaders: ['Retry-After', 'Content-Disposition', 'X-Request-Id'],
    maxAge: 600,
  });

/** A single origin is told to every caller; of several, each caller is told its own. */
function storefrontOrigins(env: Pick<Env, 'STOREFRONT_URL' | 'STOREFRONT_ORIGINS'>): string | string[] {
  const origins = [...new Set([new URL(env.STOREFRONT_URL).origin, ...env.STOREFRONT_ORIGINS])];
  return origins.length > 1 ? origins : (origins[0] ?? '');
}

/**
 * Warns once about a proxy in front that is not trusted to name the client: all its clients then count as one, and
 * share one limit.
 */
export function warnOfProxy({ env, log }: Pick<ApiDeps, 'env' | 'log'>): RequestHandler {
  let warned = env.TRUST_PROXY > 0;
  return (req, _res, next) => {
    if (!warned && (req.headers['x-forwarded-for'] ?? req.headers.forwarded) !== undefined) {
      warned = true;
      log.warn('requests come through a proxy, and TRUST_PROXY is 0: limits take all clients behind it for one');
    }
    next();
  };
}

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import express, { type Router } from 'express';
import type { Env } from '../../platform/env';

/** The folder of the built demo storefront; null if it was not built, or if `STOREFRONT_URL` is another shop. */
export function findStorefront(env: Pick<Env, 'PUBLIC_URL' | 'STOREFRONT_URL'>): string | null {
  const above = dirname(dirname(__dirname));
  const built = basename(above) === 'dist' ? join(above, 'storefront') : join(above, 'dist', 'storefront');
  return env.STOREFRONT_URL === env.PUBLIC_URL && existsSync(join(built, 'index.html')) ? built : null;
}

/** The storefront's files, and its one page for every path that it routes itself. */
export function demoStorefront(folder: string): Router {
  const router = express.Router();
  router.use((_req, res, next) => {
    res.locals.route = 'storefront';
    next();
  });
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: true }));
  router.use(express.static(folder, { index: false, redirect: false, maxAge: 0 }));
  router.get(['/', '/cart', '/success', '/product/:sku'], (_req, res) =>
    res.sendFile(join(folder, 'index.html'), { maxAge: 0 }),
  );
  router.use((_req, res, next) => {
    res.locals.route = undefined;
    next();
  });
  return router;
}

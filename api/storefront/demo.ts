import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import express, { type Response, type Router } from 'express';
import type { Env } from '../../platform/env';

/** The folder of the built demo storefront; null if it was not built, or if `STOREFRONT_URL` is another shop. */
export function findStorefront(env: Pick<Env, 'PUBLIC_URL' | 'STOREFRONT_URL'>): string | null {
  const built = builtStorefront();
  return env.STOREFRONT_URL === env.PUBLIC_URL && existsSync(join(built, 'index.html')) ? built : null;
}

/**
 * `/images`: the pictures of the demo catalogue, whichever shop shows them. Any origin may: a storefront elsewhere is
 * what the API is for.
 */
export function demoPictures(): Router {
  const router = express.Router();
  const folders = [join(builtStorefront(), 'images'), join(dirname(dirname(__dirname)), 'storefront/public/images')];
  for (const folder of folders)
    router.use(
      '/images',
      express.static(folder, {
        index: false,
        redirect: false,
        maxAge: '1h',
        setHeaders: (res) => {
          (res as Response).locals.route = 'storefront';
          res.setHeader('cross-origin-resource-policy', 'cross-origin');
        },
      }),
    );
  return router;
}

/** Where `npm run build` and `npm start` put the demo storefront, as seen from the sources and from `dist`. */
function builtStorefront(): string {
  const above = dirname(dirname(__dirname));
  return basename(above) === 'dist' ? join(above, 'storefront') : join(above, 'dist', 'storefront');
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

import { existsSync, readdirSync } from 'node:fs';
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
  for (const folder of pictureFolders())
    router.use(
      PICTURES,
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

/**
 * The address of a product's picture for a storefront. A path is one of the storefront's own, unless it is a picture of
 * the demo catalogue and the storefront is another: then it is here.
 */
export function pictureAddress({ PUBLIC_URL, STOREFRONT_URL }: Pick<Env, 'PUBLIC_URL' | 'STOREFRONT_URL'>) {
  if (STOREFRONT_URL === PUBLIC_URL) return (imageUrl: string | null) => imageUrl;
  const files = pictureFolders().flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  const pictures = new Set(files.map((file) => `${PICTURES}/${file}`));
  return (imageUrl: string | null) => (imageUrl && pictures.has(imageUrl) ? `${PUBLIC_URL}${imageUrl}` : imageUrl);
}

const PICTURES = '/images';

const pictureFolders = (): string[] => [
  join(builtStorefront(), 'images'),
  join(dirname(dirname(__dirname)), 'storefront/public/images'),
];

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

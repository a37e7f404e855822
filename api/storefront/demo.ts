import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import express, { type Response, type Router } from 'express';
import { isSku } from '../../domain/ids';
import { pictureUrl } from '../../domain/picture';
import type { Env } from '../../platform/env';
import { within } from '../../platform/within';
import type { ApiDeps } from '../deps';
import { productHead, withHead } from './product-head';

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
  const addressOf = (url: string) => pictureUrl({ PUBLIC_URL }, url);
  if (STOREFRONT_URL === PUBLIC_URL) return addressOf;
  const files = pictureFolders().flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  const pictures = new Set(files.map((file) => `${PICTURES}/${file}`));
  return (url: string) => (pictures.has(url) ? `${PUBLIC_URL}${url}` : addressOf(url));
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

/**
 * The storefront's files, and its one page for every path that it routes itself. The page of a product says in its head
 * what it is about.
 */
export function demoStorefront(folder: string, deps: Pick<ApiDeps, 'shown' | 'env' | 'log'>): Router {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const router = express.Router();
  router.use((_req, res, next) => {
    res.locals.route = 'storefront';
    next();
  });
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: true }));
  router.use(express.static(folder, { index: false, redirect: false, maxAge: 0 }));
  router.get(['/', '/cart', '/success'], (_req, res) => res.sendFile(join(folder, 'index.html'), { maxAge: 0 }));
  router.get('/product/:sku', async ({ params: { sku } }, res) => {
    const { status, head } = await productPage(sku, folder, deps);
    const html = head === null ? page : withHead(page, head);
    res.status(status).set('cache-control', 'public, max-age=0').type('html').send(html);
  });
  // To a person, the shop says itself that it has no such page. Programs get a problem document, as everywhere.
  router.use((req, res, next) => {
    if (req.method !== 'GET' || req.accepts(['application/json', 'text/html']) !== 'text/html') return next();
    res.status(404).set('cache-control', 'no-store').type('html').send(page);
  });
  router.use((_req, res, next) => {
    res.locals.route = undefined;
    next();
  });
  return router;
}

/** How long the database may take to say what a page is about. */
const PATIENCE_MS = 5_000;

/** Without the database, the page still says that the shop cannot show its products. */
async function productPage(
  sku: string,
  folder: string,
  { shown, env, log }: Pick<ApiDeps, 'shown' | 'env' | 'log'>,
): Promise<{ status: number; head: string | null }> {
  try {
    const product = isSku(sku)
      ? await within(PATIENCE_MS, shown.one(sku), () => new Error('no answer in time'))
      : undefined;
    if (!product) return { status: 404, head: null };
    const url = `${env.PUBLIC_URL}/product/${encodeURIComponent(sku)}`;
    const picture = rasterOf(product.imageUrl && pictureUrl(env, product.imageUrl), folder);
    const head = productHead({ product, url, picture: picture && new URL(picture, env.PUBLIC_URL).href });
    return { status: 200, head };
  } catch (err) {
    log.warn({ err }, 'could not read the product of a page');
    return { status: 503, head: null };
  }
}

/** Messengers show no SVG: the pictures of the demo catalogue have a PNG beside them. */
function rasterOf(imageUrl: string | null, folder: string): string | null {
  const png = imageUrl?.replace(/\.svg$/, '.png') ?? null;
  return png === imageUrl || (png?.startsWith(`${PICTURES}/`) && existsSync(join(folder, png))) ? png : null;
}

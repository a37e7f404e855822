import { catalogueUrl } from '../../../domain/picture';
import { Problem } from '../../../domain/problem';
import { type Saved, saveProduct } from '../../../store/catalogue/save';
import type { ApiDeps } from '../../deps';
import { invalid } from '../../http/parse';
import { type Route, route } from '../../http/route';
import { SkuInPath } from '../fields';
import { AdminProduct, readProduct } from './document';
import { picturesIn } from './pictures-body';
import { ProductBody, pathIn, pricesOf } from './product-body';
import { requirePricesAtStripe } from './stripe-prices';

/** The catalogue, as staff maintain it. */
export const catalogueRoutes = ({
  db,
  env,
  clock,
  stripe,
  shown,
}: Pick<ApiDeps, 'db' | 'env' | 'clock' | 'stripe' | 'shown'>): Route[] => [
  route({
    method: 'put',
    path: '/admin/products/{sku}',
    tag: 'Staff',
    summary: 'Create or replace a product',
    description:
      'Create prices at Stripe and link them here by id; each is compared with Stripe’s, and one that differs or is archived is refused. Or leave the ids out, and let `npm run stripe:setup` create the prices: until then the earlier price in the same currency goes on selling, and a product without any is a draft, which is kept and not for sale. A price you leave out is no longer offered, but Holdfast still recognises sessions made with it. `kind` can change only until the product is first sold or stocked, or put into a bundle; so can that it is a bundle, but what is in one may change at any time: orders keep what they were sold.',
    params: SkuInPath,
    body: ProductBody,
    answers: {
      200: { description: 'Replaced.', schema: AdminProduct },
      201: { description: 'Created.', schema: AdminProduct },
    },
    problems: ['invalid_transition'],
    handle: async ({ params: { sku }, body }) => {
      const { prices, payWhatYouWant, images, bundle = null, group = null, licenceKeys = null, ...details } = body;
      const { weight = null, taxCode = null, taxBehavior = null } = body;
      const at = new Date(clock.now());
      const asked = { prices: pricesOf(body), active: body.active, taxBehavior };
      await requirePricesAtStripe(stripe, asked, pathIn(body));
      const saved = await saveProduct(db, {
        ...{ sku, ...details, weight, taxCode, taxBehavior },
        ...{ prices: pricesOf(body), bundle, group, licenceKeys, at },
        imageUrl: body.imageUrl ? catalogueUrl(env, body.imageUrl) : null,
        pictures: images ? picturesIn(env, images) : null,
      });
      shown.forget();
      refuse(saved, body);
      return { status: saved.outcome === 'created' ? 201 : 200, body: await readProduct({ db, env }, sku) };
    },
  }),
  route({
    method: 'get',
    path: '/admin/products/{sku}',
    tag: 'Staff',
    summary: 'A product, with the ids of its prices at Stripe',
    params: SkuInPath,
    answers: { 200: { description: 'The product.', schema: AdminProduct } },
    problems: ['unknown_sku'],
    handle: async ({ params: { sku } }) => ({ body: await readProduct({ db, env }, sku) }),
  }),
];

function refuse(saved: Saved, body: ProductBody): void {
  if (saved.outcome === 'kind-fixed')
    throw new Problem(
      'invalid_transition',
      `The product is ${saved.kind} and ${BECAUSE[saved.because]}. Create another product under a new SKU.`,
    );
  if (saved.outcome === 'keys-fixed')
    throw new Problem(
      'invalid_transition',
      'The product has licence keys, or has sold some. Leave `licenceKeys` out, or create another product under a new SKU.',
    );
  if (saved.outcome === 'keys-awaited')
    throw new Problem(
      'invalid_transition',
      'Orders of this product are pending and hold no licence keys. Save it with `active: false`, and with `licenceKeys: true` once they are paid or have ended. Or create another product under a new SKU.',
    );
  if (saved.outcome === 'bundle-refused')
    throw invalid([
      saved.because === 'kind'
        ? { path: 'kind', message: `must be ${saved.kind}, for what is in the bundle` }
        : { path: `bundle.${saved.position}.sku`, message: UNFIT[saved.because] },
    ]);
  if (saved.outcome === 'group-refused')
    throw invalid([
      {
        path: 'group.options',
        message:
          saved.because === 'taken'
            ? `are those of ${saved.sku}`
            : `must have the names of the group’s other products: ${saved.names.join(', ')}`,
      },
    ]);
  if (saved.outcome === 'price-taken') {
    const message = `is already known as another price of ${saved.sku}`;
    throw invalid([{ path: `${pathIn(body)(saved.position)}.stripePriceId`, message }]);
  }
}

const BECAUSE = {
  ordered: 'has been ordered',
  stocked: 'has stock movements',
  'has-file': 'has a file',
  'in-bundle': 'is in a bundle',
} as const;

const UNFIT = { unknown: 'is not a product of this shop', nested: 'is a bundle itself' } as const;

import type { ProductForSale } from '../../domain/product';
import { findForSale, type ProductPage, productsForSale } from '../../store/catalogue/products';
import type { Db } from '../../store/database';
import { SharedQueries } from '../http/shared-queries';
import type { Admission } from './checkout/admission';

/** How old a copy may be that is shown while shoppers wait in line, in milliseconds. */
const KEPT_MS = 1_000;
const ALL: ProductPage = { group: null, after: null, limit: null };

/** The catalogue as one query has read it. */
interface Copy {
  /** When the query began. */
  at: number;
  isRead: boolean;
  products: Promise<ReadonlyMap<string, ProductForSale>>;
}

/**
 * The products for sale, for those who only look. One for each process.
 *
 * Each look is answered by a query that begins after it, so a change is seen at once; looks at the same moment share a
 * query. While more shoppers want to check out than can be served, PostgreSQL is left to them: all looks are then
 * answered from one copy of the catalogue, which is read anew at most once a second.
 */
export class ShownProducts {
  private readonly queries = new SharedQueries<ProductForSale[]>();
  private copy: Copy | null = null;

  /** @param now a clock that only goes forward, in milliseconds */
  constructor(
    private readonly db: Db,
    private readonly admission: Pick<Admission, 'rush'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A page of them, oldest first. */
  async page(page: ProductPage): Promise<ProductForSale[]> {
    if (this.isRush()) {
      const copy = await this.copied();
      // What was taken off sale since the page before is not in the copy, and the database knows where it stood.
      if (page.after === null || copy.has(page.after)) return pageOf([...copy.values()], page);
    }
    return this.queries.ask(JSON.stringify(page), () => productsForSale(this.db, page));
  }

  /** One of them; undefined when it is not for sale. */
  async one(sku: string): Promise<ProductForSale | undefined> {
    if (this.isRush()) return (await this.copied()).get(sku);
    const [product] = await this.queries.ask(sku, () => findForSale(this.db, { skus: [sku] }));
    return product;
  }

  /** To be called after each change that this process makes to products or stock: the next look reads them anew. */
  forget(): void {
    this.copy = null;
  }

  private isRush(): boolean {
    const { rush } = this.admission;
    if (!rush) this.forget();
    return rush;
  }

  private copied(): Copy['products'] {
    const now = this.now();
    if (this.copy && (!this.copy.isRead || now - this.copy.at < KEPT_MS)) return this.copy.products;
    const copy: Copy = { at: now, isRead: false, products: this.read() };
    this.copy = copy;
    copy.products.then(
      () => {
        copy.isRead = true;
      },
      () => {
        if (this.copy === copy) this.forget();
      },
    );
    return copy.products;
  }

  private async read(): Copy['products'] {
    const products = await productsForSale(this.db, ALL);
    return new Map(products.map((product) => [product.sku, product]));
  }
}

/** As the query answers it. */
function pageOf(products: ProductForSale[], { group, after, limit }: ProductPage): ProductForSale[] {
  const start = after === null ? 0 : products.findIndex(({ sku }) => sku === after) + 1;
  const found = products.slice(start).filter((product) => group === null || product.group?.id === group);
  return limit === null ? found : found.slice(0, limit);
}

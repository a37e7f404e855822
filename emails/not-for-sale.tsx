import { becauseStaff, Layout } from './layout';
import { Code, Facts, H2, P, Small } from './parts';
import { type Composed, rendered } from './rendered';

export interface NotForSaleFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  /** The products in the staff API. */
  products: string;
  skus: string[];
}

/** To staff: Stripe refuses to sell something, so it is off sale. */
export function writeNotForSale(facts: NotForSaleFacts): Composed {
  const subject = `Needs attention: Stripe refuses to sell ${facts.skus.join(', ')}`;
  return rendered({ subject, body: <NotForSale {...facts} title={subject} /> });
}

const NotForSale = ({ shop, title, products, skus }: NotForSaleFacts & { title: string }) => (
  <Layout
    shop={shop}
    title={title}
    preview="Its price or product is archived or missing at Stripe. It is off sale until that is corrected."
    why={becauseStaff(shop)}
  >
    <P>
      A shopper wanted to buy this, and Stripe refused its price or its product: it is archived in the Dashboard, or
      missing. Shoppers now see that none is available. Orders that are paid go on.
    </P>
    <Facts rows={skus.map((sku) => ['SKU', sku])} />
    <H2>What you can do</H2>
    <P>Activate the price and the product again in Stripe’s Dashboard. The next sweep puts it back on sale. Or run:</P>
    <P>
      <Code>npm run stripe:setup</Code>
    </P>
    <P>Or save the product with another price:</P>
    <P>
      <Code>{`PUT ${products}/${skus[0]}`}</Code>
    </P>
    <Small>You get this mail once, and again only if it comes back after it was corrected.</Small>
  </Layout>
);

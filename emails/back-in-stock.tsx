import { Layout } from './layout';
import { Action, P, Small } from './parts';
import { type Composed, rendered } from './rendered';

export interface BackInStockFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  /** Where the shop is. */
  storefront: string;
  /** The product's name. */
  name: string;
}

/** To whoever asked to hear when a product is available again. The only mail about it. */
export function writeBackInStock(facts: BackInStockFacts): Composed {
  const subject = `${facts.name} is available again`;
  return rendered({ subject, body: <BackInStock {...facts} title={subject} /> });
}

const BackInStock = ({ shop, title, name, storefront }: BackInStockFacts & { title: string }) => (
  <Layout
    shop={shop}
    title={title}
    preview="You asked us to tell you."
    why={`You are receiving this e-mail because someone asked ${shop} to tell this address about this product.`}
  >
    <P>{`You asked us to tell you when ${name} is available again. It is now, while stock lasts. We have not set one aside for you.`}</P>
    <Action href={storefront}>Go to the shop</Action>
    <Small>
      This is the only e-mail about it: we have taken your address off the list. If you did not ask for it, you can
      ignore it.
    </Small>
  </Layout>
);

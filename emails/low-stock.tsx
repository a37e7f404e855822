import { becauseStaff, Layout } from './layout';
import { Code, Facts, P, Small } from './parts';
import { type Composed, rendered } from './rendered';

export interface LowStockFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  /** The products in the staff API. */
  products: string;
  low: { sku: string; name: string; onHand: number; below: number }[];
}

/** To staff: fewer of something are on hand than they want. */
export function writeLowStock(facts: LowStockFacts): Composed {
  const [first, ...others] = facts.low.map(({ sku }) => sku);
  const subject = `Low stock: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  return rendered({ subject, body: <LowStock {...facts} title={subject} /> });
}

const LowStock = ({ shop, title, products, low }: LowStockFacts & { title: string }) => (
  <Layout shop={shop} title={title} preview="Fewer are on hand than you want." why={becauseStaff(shop)}>
    <P>Fewer of these are on hand than you want. Carts that are not paid yet may hold some of them.</P>
    <Facts rows={low.map(({ sku, name, onHand, below }) => [sku, `${onHand} of at least ${below}: ${name}`])} />
    <P>When new ones have arrived, record them:</P>
    <P>
      <Code>{`POST ${products}/${low[0]?.sku}/stock {"receive":10,"reason":"delivery"}`}</Code>
    </P>
    <Small>You get this mail once, and again only if the stock falls below the threshold another time.</Small>
  </Layout>
);

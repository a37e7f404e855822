import type { Language } from '../domain/locale';
import { Layout } from './layout';
import { Action, P, Small } from './parts';
import { type Composed, rendered } from './rendered';
import { wordsFor } from './words/words';

export interface BackInStockFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  /** Where the shop is. */
  storefront: string;
  /** The product's name. */
  name: string;
  /** Of who asked. */
  language: Language;
}

/** To whoever asked to hear when a product is available again. The only mail about it. */
export function writeBackInStock(facts: BackInStockFacts): Composed {
  const subject = wordsFor(facts.language).backInStock.subject(facts.name);
  return rendered({ subject, body: <BackInStock {...facts} title={subject} /> });
}

const BackInStock = ({ shop, title, name, storefront, language }: BackInStockFacts & { title: string }) => {
  const { preview, why, available, toShop, onlyOnce } = wordsFor(language).backInStock;
  return (
    <Layout shop={shop} title={title} preview={preview} why={why(shop)} lang={language}>
      <P>{available(name)}</P>
      <Action href={storefront}>{toShop}</Action>
      <Small>{onlyOnce}</Small>
    </Layout>
  );
};

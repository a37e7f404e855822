import { loadCatalogue, useCatalogue } from '../catalogue';
import { wordsFor } from '../words/failures';
import { Notice } from './notice';

/** Says that the products are being loaded, or that they could not be. */
export function CatalogueNotice() {
  const { products, failure } = useCatalogue();
  if (!failure) return products ? null : <p role="status">Loading products…</p>;
  return (
    <Notice tone="bad" title={wordsFor(failure).title}>
      <p>{products ? 'Prices and stock on this page may be out of date.' : 'We cannot show any products yet.'}</p>
      <button type="button" onClick={() => void loadCatalogue()}>
        Try again
      </button>
    </Notice>
  );
}

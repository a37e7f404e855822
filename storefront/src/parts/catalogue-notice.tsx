import { loadCatalogue, useCatalogue } from '../catalogue';
import { wordsFor } from '../words/failures';
import { useWords } from '../words/language';
import { Notice } from './notice';

/** Says that the products are being loaded, or that they could not be. */
export function CatalogueNotice() {
  const { products, failure } = useCatalogue();
  const { catalogue } = useWords();
  if (!failure) return products ? null : <p role="status">{catalogue.loading}</p>;
  return (
    <Notice tone="bad" title={wordsFor(failure).title}>
      <p>{products ? catalogue.outOfDate : catalogue.none}</p>
      <button type="button" onClick={() => void loadCatalogue()}>
        {catalogue.tryAgain}
      </button>
    </Notice>
  );
}

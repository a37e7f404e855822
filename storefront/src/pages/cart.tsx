import { basketsOf, isSessionId } from '@holdfast/client';
import { type SubmitEvent, useState } from 'react';
import { useCart } from '../cart/cart';
import { loadCatalogue, useCatalogue } from '../catalogue';
import { pay } from '../checkout/checkout';
import { BasketCard } from '../parts/basket-card';
import { CameBack } from '../parts/came-back';
import { Notice } from '../parts/notice';
import { useAddedAtCheckout } from '../parts/on-top';
import { Page } from '../parts/page';
import { RecoverCheckout } from '../parts/recover-checkout';
import { Link } from '../router';
import { wordsFor } from '../words/failures';
import { useWords } from '../words/language';

/** The cart. Shoppers who did not pay return here, from the payment page or from the mail that follows. */
export function CartPage({ parameters }: { parameters: URLSearchParams }) {
  // The session is removed from the address once it has been read, so that a reload does not abandon anything again.
  const [leftSession] = useState(() => sessionLeft(parameters));
  const recoverToken = parameters.get('recover');
  const { frame, cart } = useWords();
  const empty = useCart(({ lines }) => lines.length === 0);
  return (
    <Page title={cart.title}>
      {leftSession && <CameBack sessionId={leftSession} />}
      {recoverToken && <RecoverCheckout token={recoverToken} />}
      {!empty && <Baskets />}
      {empty && !recoverToken && (
        <p>
          {cart.empty} <Link href="/">{frame.seeProducts}</Link>
        </p>
      )}
    </Page>
  );
}

/**
 * The session whose payment page the shopper comes back from. Stripe documents that it fills in the session id only
 * for the success address. If this address lacks it, it is the payment that this browser started last.
 */
function sessionLeft(parameters: URLSearchParams): string | null {
  const named = parameters.get('session_id');
  if (named === null || isSessionId(named)) return named;
  return useCart.getState().attempts.at(-1)?.sessionId ?? null;
}

function Baskets() {
  const { products, failure } = useCatalogue();
  const { lines, currency, email, country } = useCart();
  const added = useAddedAtCheckout();
  const { cart, catalogue } = useWords();
  if (!products && failure) {
    return (
      <Notice tone="bad" title={wordsFor(failure).title}>
        <p>{cart.noPrices}</p>
        <button type="button" onClick={() => void loadCatalogue()}>
          {catalogue.tryAgain}
        </button>
      </Notice>
    );
  }
  if (!products) return <p role="status">{cart.loading}</p>;
  const baskets = basketsOf(lines, products, currency);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { submitter } = event.nativeEvent;
    const wanted = baskets.find(({ id }) => submitter instanceof HTMLButtonElement && id === submitter.value);
    if (wanted) void pay(wanted, { email, country });
  };
  return (
    <form className="baskets" onSubmit={submit}>
      {baskets.map((basket, position) => (
        <BasketCard
          key={basket.id}
          basket={basket}
          title={baskets.length > 1 ? (basket.id === 'cart' ? cart.together : cart.separately) : null}
          first={position === 0}
          added={added}
        />
      ))}
    </form>
  );
}

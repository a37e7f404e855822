import { type SubmitEvent, useState } from 'react';
import { isSessionId } from '../../../domain/ids';
import { basketsOf } from '../cart/baskets';
import { useCart } from '../cart/cart';
import { loadCatalogue, useCatalogue } from '../catalogue';
import { startCheckout } from '../checkout/checkout';
import { BasketCard } from '../parts/basket-card';
import { CameBack } from '../parts/came-back';
import { Notice } from '../parts/notice';
import { Page } from '../parts/page';
import { TakeUpAgain } from '../parts/take-up-again';
import { Link } from '../router';
import { wordsFor } from '../words/failures';

/** The cart, and the place to which a shopper comes back who did not pay: from the payment page, or from the mail that followed. */
export function CartPage({ parameters }: { parameters: URLSearchParams }) {
  // The address loses its session as soon as it was read, so that loading the page anew does not give up anything again.
  const [leftSession] = useState(() => sessionLeft(parameters));
  const recoverToken = parameters.get('recover');
  const empty = useCart(({ lines }) => lines.length === 0);
  return (
    <Page title="Your cart">
      {leftSession && <CameBack sessionId={leftSession} />}
      {recoverToken && <TakeUpAgain token={recoverToken} />}
      {!empty && <Baskets />}
      {empty && !recoverToken && (
        <p>
          It is empty. <Link href="/">Look at the products</Link>
        </p>
      )}
    </Page>
  );
}

/**
 * Which payment page the shopper comes back from. Stripe promises to fill the session into the address of success; where it does not fill it
 * into this one, it is the payment that this browser started last.
 */
function sessionLeft(parameters: URLSearchParams): string | null {
  const named = parameters.get('session_id');
  if (named === null || isSessionId(named)) return named;
  return useCart.getState().attempts.at(-1)?.sessionId ?? null;
}

function Baskets() {
  const { products, failure } = useCatalogue();
  const { lines, currency, email } = useCart();
  if (!products && failure) {
    return (
      <Notice tone="bad" title={wordsFor(failure).title}>
        <p>Your cart is safe in this browser; we only cannot read today’s prices.</p>
        <button type="button" onClick={() => void loadCatalogue()}>
          Try again
        </button>
      </Notice>
    );
  }
  if (!products) return <p role="status">Looking up today’s prices…</p>;
  const baskets = basketsOf(lines, products, currency);
  const pay = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { submitter } = event.nativeEvent;
    const wanted = baskets.find(({ id }) => submitter instanceof HTMLButtonElement && id === submitter.value);
    if (wanted) void startCheckout(wanted, email.trim());
  };
  return (
    <form className="baskets" onSubmit={pay}>
      {baskets.map((basket, position) => (
        <BasketCard
          key={basket.id}
          basket={basket}
          title={baskets.length > 1 ? (basket.id === 'cart' ? 'Paid together' : 'Paid by itself') : null}
          first={position === 0}
        />
      ))}
    </form>
  );
}

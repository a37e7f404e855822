import type { Failure, RecoveryCart } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { recover, useCheckout } from '../checkout/checkout';
import { holdfast } from '../holdfast';
import { Link } from '../router';
import { useWords } from '../words/language';
import { CheckoutFailure } from './checkout-failure';
import { Notice } from './notice';
import { RecoveryItems } from './recovery-items';
import { useSecondsUntil } from './seconds-until';

/**
 * Where the recovery link in the mail leads. It shows the cart, and holds nothing until the shopper confirms, because
 * mail scanners follow links too.
 */
export function RecoverCheckout({ token }: { token: string }) {
  const { failed } = useCheckout();
  const { recovery } = useWords();
  const { cart, failure: unread } = useRecoveryCart(token);
  const failure = failed?.at === 'recover' ? failed.failure : unread && isUnusable(unread) ? unread : null;
  return (
    <>
      {cart?.bought ? (
        <Notice tone="good" title={recovery.bought}>
          <p>{recovery.boughtText}</p>
        </Notice>
      ) : (
        !(failure && isUnusable(failure)) && <Offer token={token} cart={cart} />
      )}
      {failure && !cart?.bought && <CheckoutFailure failure={failure} lines={[]} />}
    </>
  );
}

/** The button stays even where the cart could not be read: the shop then says what is wrong. */
function Offer({ token, cart }: { token: string; cart: RecoveryCart | null }) {
  const { busy, failed } = useCheckout();
  const { recovery, cart: words, frame } = useWords();
  const seconds = useSecondsUntil(failed?.at === 'recover' ? failed.retryAt : 0);
  const isWhole = cart === null || cart.items.every(({ problem }) => problem === null);
  return (
    <Notice tone="plain" title={recovery.expired}>
      <p>{isWhole ? recovery.whole : recovery.notWhole}</p>
      {cart && <RecoveryItems cart={cart} />}
      {isWhole ? (
        <button
          type="button"
          className="primary"
          disabled={busy !== null || seconds > 0}
          onClick={() => void recover(token)}
        >
          {busy === 'recover' ? words.opening : seconds > 0 ? words.tryAgainIn(seconds) : recovery.complete}
        </button>
      ) : (
        <p>
          <Link href="/">{frame.seeProducts}</Link>
        </p>
      )}
    </Notice>
  );
}

/** Reads the cart once for each link. */
function useRecoveryCart(token: string): { cart: RecoveryCart | null; failure: Failure | null } {
  const [read, setRead] = useState<{ cart: RecoveryCart | null; failure: Failure | null }>(UNREAD);
  useEffect(() => {
    const leaving = new AbortController();
    setRead(UNREAD);
    void holdfast.recoveryCart(token, { signal: leaving.signal }).then((answer) => {
      if (leaving.signal.aborted) return;
      setRead(answer.ok ? { cart: answer.value, failure: null } : { cart: null, failure: answer.failure });
    });
    return () => leaving.abort();
  }, [token]);
  return read;
}

const UNREAD = { cart: null, failure: null };

const isUnusable = ({ code }: Failure): boolean => code === 'link_expired' || code === 'link_invalid';

import { recoverCheckout, useCheckout } from '../checkout/checkout';
import { CheckoutFailure } from './checkout-failure';
import { Notice } from './notice';
import { useSecondsUntil } from './seconds-until';

/** Where the link in the mail leads: it holds nothing until the shopper says so, for mail programs follow links as well. */
export function TakeUpAgain({ token }: { token: string }) {
  const { busy, failed } = useCheckout();
  const failure = failed?.at === 'recover' ? failed : null;
  const seconds = useSecondsUntil(failure?.retryAt ?? 0);
  const lost = failure?.failure.code === 'link_expired' || failure?.failure.code === 'link_invalid';
  return (
    <>
      {!lost && (
        <Notice tone="plain" title="Take your order up again">
          <p>
            Your time to pay ran out and nothing was charged. We can open it again, at today’s prices and with what is
            in stock.
          </p>
          <button
            type="button"
            className="primary"
            disabled={busy !== null || seconds > 0}
            onClick={() => void recoverCheckout(token)}
          >
            {busy === 'recover'
              ? 'Opening the payment page…'
              : seconds > 0
                ? `Try again in ${seconds} s`
                : 'Take it up again'}
          </button>
        </Notice>
      )}
      {failure && <CheckoutFailure failure={failure.failure} lines={[]} />}
    </>
  );
}

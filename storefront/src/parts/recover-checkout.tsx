import { recover, useCheckout } from '../checkout/checkout';
import { CheckoutFailure } from './checkout-failure';
import { Notice } from './notice';
import { useSecondsUntil } from './seconds-until';

/**
 * Where the recovery link in the mail leads. It holds nothing until the shopper confirms, because mail scanners
 * follow links too.
 */
export function RecoverCheckout({ token }: { token: string }) {
  const { busy, failed } = useCheckout();
  const failure = failed?.at === 'recover' ? failed : null;
  const seconds = useSecondsUntil(failure?.retryAt ?? 0);
  const unusable = failure?.failure.code === 'link_expired' || failure?.failure.code === 'link_invalid';
  return (
    <>
      {!unusable && (
        <Notice tone="plain" title="Your checkout expired">
          <p>
            Nothing was charged. You can still complete your order, at today’s prices and while the items are in stock.
          </p>
          <button
            type="button"
            className="primary"
            disabled={busy !== null || seconds > 0}
            onClick={() => void recover(token)}
          >
            {busy === 'recover'
              ? 'Opening the payment page…'
              : seconds > 0
                ? `Try again in ${seconds} s`
                : 'Complete your order'}
          </button>
        </Notice>
      )}
      {failure && <CheckoutFailure failure={failure.failure} lines={[]} />}
    </>
  );
}

import type { Failure } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { abandonAfterReturn } from '../checkout/checkout';
import { Link, navigate } from '../router';
import { Notice } from './notice';

/** For a shopper who left the payment page: abandons that session, and says how it ended. */
export function CameBack({ sessionId }: { sessionId: string }) {
  const [outcome, setOutcome] = useState<'closing' | 'paid' | 'over' | Failure>('closing');
  useEffect(() => {
    navigate('/cart', { replace: true });
    void abandonAfterReturn(sessionId).then(setOutcome);
  }, [sessionId]);
  if (outcome === 'paid') {
    return (
      <Notice tone="good" title="This order is already paid">
        <p>
          Your payment went through before you came back.{' '}
          <Link href={`/success?session_id=${encodeURIComponent(sessionId)}`}>See your order</Link>
        </p>
      </Notice>
    );
  }
  return (
    <Notice tone="plain" title="You left the payment page">
      <p>Nothing was charged, and your cart is still here.</p>
      {typeof outcome === 'object' && (
        <p className="hint">
          We could not reach the shop just now. Items held for you will be released a little later.
        </p>
      )}
    </Notice>
  );
}

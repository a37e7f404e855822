import { useEffect, useState } from 'react';
import type { Failure } from '../api/client';
import { comeBack } from '../checkout/checkout';
import { Link, navigate } from '../router';
import { Notice } from './notice';

/** Greets a shopper who left the payment page, and gives back what was held for them. */
export function CameBack({ sessionId }: { sessionId: string }) {
  const [found, setFound] = useState<'closing' | 'paid' | 'over' | Failure>('closing');
  useEffect(() => {
    navigate('/cart', { replace: true });
    void comeBack(sessionId).then(setFound);
  }, [sessionId]);
  if (found === 'paid') {
    return (
      <Notice tone="good" title="This order is paid already">
        <p>
          Your payment was quicker than your way back.{' '}
          <Link href={`/success?session_id=${encodeURIComponent(sessionId)}`}>Look at your order</Link>
        </p>
      </Notice>
    );
  }
  return (
    <Notice tone="plain" title="You left the payment page">
      <p>Nothing was charged, and your cart is still here for whenever you like.</p>
      {typeof found === 'object' && (
        <p className="hint">
          We could not tell the shop just now. What it holds for you comes free by itself a little later.
        </p>
      )}
    </Notice>
  );
}

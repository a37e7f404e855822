import type { Failure } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { abandonAfterReturn } from '../checkout/checkout';
import { Link, navigate } from '../router';
import { useWords } from '../words/language';
import { Notice } from './notice';

/** For a shopper who left the payment page: abandons that session, and says how it ended. */
export function CameBack({ sessionId }: { sessionId: string }) {
  const [outcome, setOutcome] = useState<'closing' | 'paid' | 'over' | Failure>('closing');
  const { cameBack } = useWords();
  useEffect(() => {
    navigate('/cart', { replace: true });
    void abandonAfterReturn(sessionId).then(setOutcome);
  }, [sessionId]);
  if (outcome === 'paid') {
    return (
      <Notice tone="good" title={cameBack.paid}>
        <p>
          {cameBack.paidText}{' '}
          <Link href={`/success?session_id=${encodeURIComponent(sessionId)}`}>{cameBack.seeOrder}</Link>
        </p>
      </Notice>
    );
  }
  return (
    <Notice tone="plain" title={cameBack.left}>
      <p>{cameBack.leftText}</p>
      {typeof outcome === 'object' && <p className="hint">{cameBack.unreached}</p>}
    </Notice>
  );
}

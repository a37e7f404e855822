import type { Failure, Product } from '@holdfast/client';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { holdfast } from '../holdfast';
import type { ShopWords } from '../words/en';
import { locale, useWords } from '../words/language';

type Asked = 'not-yet' | 'sending' | { email: string } | { failure: Failure };

/** For a product that is sold out: one mail when it is back, to an address that is given here and then forgotten. */
export function TellMe({ product: { sku, name } }: { product: Product }) {
  const [asked, setAsked] = useState<Asked>('not-yet');
  const { tellMe } = useWords();
  const hint = useId();
  const answer = useRef<HTMLParagraphElement>(null);
  const isDone = typeof asked === 'object' && 'email' in asked;
  // The form is gone, and the keyboard's focus with it.
  useEffect(() => {
    if (isDone) answer.current?.focus();
  }, [isDone]);
  if (isDone)
    return (
      <p className="tell-me" role="status" tabIndex={-1} ref={answer}>
        {tellMe.noted(asked.email, name)}
      </p>
    );
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    setAsked('sending');
    const result = await holdfast.notify(sku, email, { locale: locale() });
    setAsked(result.ok ? { email } : { failure: result.failure });
  };
  return (
    <details className="tell-me">
      <summary>
        {tellMe.title}
        <span className="unseen">: {name}</span>
      </summary>
      <form onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>{tellMe.address}</span>
          <input name="email" type="email" autoComplete="email" required maxLength={254} aria-describedby={hint} />
        </label>
        <p id={hint} className="hint">
          {tellMe.once}
        </p>
        {typeof asked === 'object' && <p role="alert">{reasonOf(asked.failure, tellMe)}</p>}
        <button type="submit" disabled={asked === 'sending'}>
          {asked === 'sending' ? tellMe.sending : tellMe.send}
        </button>
      </form>
    </details>
  );
}

/** Why nothing was noted, and what to do. */
function reasonOf({ code, retryAfter }: Failure, words: ShopWords['tellMe']): string {
  if (code === 'invalid_request') return words.noAddress;
  if (code === 'unknown_sku') return words.gone;
  return code === 'rate_limited' ? words.tooMany(retryAfter) : words.unreached;
}

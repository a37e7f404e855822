import type { Failure, Product } from '@holdfast/client';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { en } from '../../../domain/words/en';
import { holdfast } from '../holdfast';

type Asked = 'not-yet' | 'sending' | { email: string } | { failure: Failure };

/** For a product that is sold out: one mail when it is back, to an address that is given here and then forgotten. */
export function TellMe({ product: { sku, name } }: { product: Product }) {
  const [asked, setAsked] = useState<Asked>('not-yet');
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
        We will write to {asked.email} once, as soon as {name} can be bought again. Nothing is reserved for you until
        you buy it.
      </p>
    );
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    setAsked('sending');
    const result = await holdfast.notify(sku, email);
    setAsked(result.ok ? { email } : { failure: result.failure });
  };
  return (
    <details className="tell-me">
      <summary>
        Tell me when it is back<span className="unseen">: {name}</span>
      </summary>
      <form onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>Your e-mail address</span>
          <input name="email" type="email" autoComplete="email" required maxLength={254} aria-describedby={hint} />
        </label>
        <p id={hint} className="hint">
          One e-mail, and then we forget the address.
        </p>
        {typeof asked === 'object' && <p role="alert">{reasonOf(asked.failure)}</p>}
        <button type="submit" disabled={asked === 'sending'}>
          {asked === 'sending' ? 'Sending…' : 'Tell me'}
        </button>
      </form>
    </details>
  );
}

/** Why nothing was noted, and what to do. */
function reasonOf({ code, retryAfter }: Failure): string {
  if (code === 'invalid_request') return 'That does not look like an e-mail address. Please check it.';
  if (code === 'unknown_sku') return 'We no longer sell this, so there is nothing to tell you.';
  if (code === 'rate_limited')
    return `There were too many requests, and yours is not noted. Please try again ${retryAfter === null ? 'later' : en.after(Math.max(1, retryAfter))}.`;
  return 'We could not reach the shop, so your address is not noted. Please try again in a moment.';
}

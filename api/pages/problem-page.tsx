import { senderName } from '../../domain/email';
import type { Problem, ProblemCode } from '../../domain/problem';
import { LINK_INVALID, ORDER_NOT_FOUND, waitFor } from '../../domain/shopper-words';
import type { Env } from '../../platform/env';
import { pageOf, Story } from './page';

interface Words {
  title: string;
  text: string;
}

/** Shows shoppers what went wrong with a page, in their words. One that was only read is tried again by itself. */
export const problemPage =
  ({ EMAIL_FROM }: Pick<Env, 'EMAIL_FROM'>) =>
  (problem: Problem, method: string): string => {
    const { retryAfter = null } = problem.extra;
    const { title, text } = (WORDS[problem.code] ?? SOMETHING)(problem, retryAfter);
    const again = problem.status === 503 && method === 'GET' ? Math.max(2, Math.ceil(retryAfter ?? 0)) : undefined;
    return pageOf({
      shop: senderName(EMAIL_FROM),
      title,
      refresh: again,
      body: (
        <Story tone={problem.status === 503 ? 'waiting' : 'bad'} title={title}>
          <p>{text}</p>
          {again !== undefined && <p>This page tries again by itself.</p>}
        </Story>
      ),
    });
  };

type Describe = (problem: Problem, retryAfter: number | null) => Words;

const SOMETHING: Describe = () => ({
  title: 'Something went wrong on our side',
  text: 'Your order is safe. Please try again in a moment.',
});

const WORDS: Partial<Record<ProblemCode, Describe>> = {
  unknown_order: () => ORDER_NOT_FOUND,
  not_found: () => ORDER_NOT_FOUND,
  link_invalid: () => LINK_INVALID,
  invalid_request: () => ({
    title: 'Something is missing',
    text: 'Please go back, and fill in every field in one line.',
  }),
  rate_limited: (_, retryAfter) => ({
    title: 'Too many attempts',
    text: `There were too many attempts in a short time. Please try again${waitFor(retryAfter, ' ') || ' in a minute'}.`,
  }),
  unavailable: () => ({
    title: 'One moment, please',
    text: 'We cannot show this right now. If you have paid, your payment and your order are safe.',
  }),
};

import type { Request } from 'express';
import { senderName } from '../../domain/email';
import type { Problem, ProblemCode } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { languageAskedBy } from '../http/language';
import { pageOf, Story } from './page';
import type { PageWords } from './words/en';
import { wordsFor } from './words/words';

/**
 * Shows shoppers what went wrong with a page, in their words and in the language of their browser: the order may not
 * be known. One that was only read is tried again by itself.
 */
export const problemPage =
  ({ EMAIL_FROM }: Pick<Env, 'EMAIL_FROM'>, describe = DESCRIBE) =>
  (problem: Problem, req: Request): string => {
    const words = wordsFor(languageAskedBy(req));
    const { retryAfter = null } = problem.extra;
    const { title, text } = (describe[problem.code] ?? somethingWrong)(words, retryAfter);
    const again = problem.status === 503 && req.method === 'GET' ? Math.max(2, Math.ceil(retryAfter ?? 0)) : undefined;
    return pageOf({
      shop: senderName(EMAIL_FROM),
      title,
      words,
      refresh: again,
      body: (
        <Story tone={problem.status === 503 ? 'waiting' : 'bad'} title={title}>
          <p>{text}</p>
          {again !== undefined && <p>{words.problems.triesAgain}</p>}
        </Story>
      ),
    });
  };

type Describe = (words: PageWords, retryAfter: number | null) => { title: string; text: string };

const somethingWrong: Describe = ({ problems }) => problems.somethingWrong;

const DESCRIBE: Partial<Record<ProblemCode, Describe>> = {
  unknown_order: ({ orderNotFound }) => orderNotFound,
  not_found: ({ orderNotFound }) => orderNotFound,
  link_invalid: ({ linkInvalid }) => linkInvalid,
  invalid_request: ({ problems }) => problems.incomplete,
  rate_limited: ({ problems: { tooMany }, after }, retryAfter) => ({
    title: tooMany.title,
    text: tooMany.text(retryAfter === null ? null : after(Math.max(1, Math.ceil(retryAfter)))),
  }),
  unavailable: ({ problems }) => problems.unavailable,
};

/** As `problemPage`, for a link to a file. */
export const downloadProblemPage = (env: Pick<Env, 'EMAIL_FROM'>) =>
  problemPage(env, {
    ...DESCRIBE,
    not_found: ({ problems }) => problems.download.missing,
    link_expired: ({ problems }) => problems.download.expired,
    link_revoked: ({ problems }) => problems.download.revoked,
    downloads_used_up: ({ problems }) => problems.download.usedUp,
  });

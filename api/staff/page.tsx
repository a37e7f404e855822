import type { ReactNode } from 'react';
import { senderName } from '../../domain/email';
import { PROBLEMS, type Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { pageOf, Story } from '../pages/page';
import { en } from '../pages/words/en';
import { staffPath } from './session';

/** Who is signed in, and what forms of their session carry. */
export interface SignedIn {
  name: string;
  formKey: string;
}

/** A page for staff. */
export const staffPage = (
  env: Pick<Env, 'EMAIL_FROM' | 'ADMIN_URL'>,
  { title, signedIn, body, script }: { title: string; signedIn: SignedIn | null; body: ReactNode; script?: string },
): string =>
  pageOf({
    shop: `${senderName(env.EMAIL_FROM)}, staff`,
    title,
    words: en,
    script,
    body: (
      <>
        {body}
        {signedIn && (
          <form method="post" action={`${staffPath(env)}/sign-out`}>
            <FormKey {...signedIn} />
            <p className="hint">{`Signed in as ${signedIn.name}.`}</p>
            <button className="button" type="submit">
              Sign out
            </button>
          </form>
        )}
      </>
    ),
  });

export const FormKey = ({ formKey }: Pick<SignedIn, 'formKey'>) => <input type="hidden" name="form" value={formKey} />;

/** What went wrong with a page of staff, as a page. */
export const staffProblemPage =
  (env: Pick<Env, 'EMAIL_FROM' | 'ADMIN_URL'>) =>
  (problem: Problem): string => {
    const [, title] = PROBLEMS[problem.code];
    return staffPage(env, {
      title,
      signedIn: null,
      body: (
        <Story tone="bad" title={title}>
          <p>{problem.detail}</p>
          <p>
            <a href={staffPath(env)}>Back to the first page</a>
          </p>
        </Story>
      ),
    });
  };

import { z } from 'zod';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { type Answer, type Route, route } from '../http/route';
import { text } from '../http/schemas';
import { Story } from '../pages/page';
import { staffPage, staffProblemPage } from './page';
import { type StaffSessions, staffPath } from './session';

export const FormKeyField = text(100).meta({ description: 'The hidden field of the page.' });

/** How staff sign in to the finder in a browser, and out. */
export const signInRoutes = ({ env }: ApiDeps, limits: Limits, sessions: StaffSessions): Route[] => [
  route({
    method: 'post',
    path: '/staff/sign-in',
    tag: 'Staff',
    summary: 'Sign in to the finder with a staff token',
    description: 'Sets a cookie for twelve hours, which ends earlier if the token is taken away.',
    body: { form: z.strictObject({ token: text(1_000) }) },
    answers: {
      303: { description: 'Leads to the finder.', headers: { Location: 'The finder.', 'Set-Cookie': 'The session.' } },
      401: { description: 'The page again: this is no staff token.', contentType: 'text/html' },
    },
    problems: ['rate_limited'],
    page: staffProblemPage(env),
    handle: async ({ body: { token }, req, res }): Promise<Answer | undefined> => {
      if (!sessions.signIn(res, token.trim())) {
        await limits.wrongToken(req);
        return { status: 401, html: signInPage(env, 'This is not a staff token.') };
      }
      res.set('cache-control', 'no-store').redirect(303, staffPath(env));
      return undefined;
    },
  }),
  route({
    method: 'post',
    path: '/staff/sign-out',
    tag: 'Staff',
    summary: 'Sign out of the finder',
    body: { form: z.strictObject({ form: FormKeyField }) },
    answers: { 303: { description: 'Leads to the sign-in.', headers: { Location: 'The sign-in.' } } },
    problems: ['link_invalid'],
    page: staffProblemPage(env),
    handle: async ({ body, req, res }): Promise<Answer | undefined> => {
      sessions.demandForm(req, body.form);
      sessions.signOut(res);
      res.set('cache-control', 'no-store').redirect(303, staffPath(env));
      return undefined;
    },
  }),
];

export const signInPage = (env: ApiDeps['env'], refusal?: string): string =>
  staffPage(env, {
    title: 'Sign in',
    signedIn: null,
    body: (
      <Story tone={refusal ? 'bad' : 'over'} title="Sign in">
        {refusal && <p>{refusal}</p>}
        <form method="post" action={`${staffPath(env)}/sign-in`}>
          <label>
            Staff token
            <input name="token" type="password" autoComplete="current-password" required maxLength={1000} />
          </label>
          <button className="button primary" type="submit">
            Sign in
          </button>
        </form>
      </Story>
    ),
  });

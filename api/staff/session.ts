import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import { Problem } from '../../domain/problem';
import type { Clock } from '../../platform/clock';
import type { Env } from '../../platform/env';
import { isSame, keyedHash } from '../../platform/keyed-hash';
import { sha256 } from '../../platform/sha256';
import { recogniser, staffTokens } from '../http/bearer';

/** A working day. */
const SESSION_MS = 12 * 3_600_000;

type SessionEnv = Pick<Env, 'ADMIN_TOKEN' | 'ADMIN_TOKENS' | 'SIGNING_SECRET' | 'ADMIN_URL'>;

/**
 * The sessions of staff in a browser. Nothing is stored: the cookie says who it is and until when, signed with a secret
 * and with the token that was given at the sign-in, so that a session ends with its token.
 */
export function staffSessions(env: SessionEnv, clock: Clock) {
  const tokens = new Map(staffTokens(env).map(({ name, secret }) => [name, sha256(secret)]));
  const nameOf = recogniser(staffTokens(env));
  const isSecure = env.ADMIN_URL.startsWith('https:');
  const cookieName = isSecure ? '__Secure-holdfast-staff' : 'holdfast-staff';
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'strict', secure: isSecure, path: staffPath(env) };
  const sign = (text: string): string => keyedHash(env.SIGNING_SECRET, text);
  const signed = (until: string, name: string): string =>
    `${until}.${name}.${sign(['staff-session', until, name, tokens.get(name)].join('\n'))}`;

  /** The cookie of a request, if it is one of ours and not over. */
  function valid(req: Request): { value: string; name: string } | null {
    const value = cookieOf(req, cookieName) ?? '';
    const { until = '', name = '' } = /^(?<until>\d{1,15})\.(?<name>.{1,40})\.[\w-]{43}$/.exec(value)?.groups ?? {};
    if (!tokens.has(name) || !(Number.parseInt(until, 10) > clock.now())) return null;
    return isSame(value, signed(until, name)) ? { value, name } : null;
  }

  return {
    /** Signs in with a token of staff. Returns whether it is one. */
    signIn(res: Response, token: string): boolean {
      const name = nameOf(token);
      if (name === undefined) return false;
      res.cookie(cookieName, signed(String(clock.now() + SESSION_MS), name), { ...cookie, maxAge: SESSION_MS });
      return true;
    },

    signOut: (res: Response): void => void res.clearCookie(cookieName, cookie),

    /** The name of who is signed in; null if nobody is. */
    nameOf: (req: Request): string | null => valid(req)?.name ?? null,

    /** What a form of this session carries, because a browser sends the cookie with forms of other pages, too. */
    formKey: (req: Request): string => sign(`staff-form\n${valid(req)?.value}`),

    /** Lets only staff pass who are signed in; everybody else is led to the sign-in. */
    required: ((req, res, next) => {
      const name = valid(req)?.name;
      if (name === undefined) return void res.set('cache-control', 'no-store').redirect(303, staffPath(env));
      res.locals.actor = name;
      next();
    }) satisfies RequestHandler,

    /** Throws `403` for a form that does not come from a page of this session. */
    demandForm(req: Request, key: string): void {
      if (!isSame(key, this.formKey(req)))
        throw new Problem(
          'link_invalid',
          'This form is out of date. Go back to the first page, and send it from there.',
        );
    },
  };
}

export type StaffSessions = ReturnType<typeof staffSessions>;

/** The path of the first page, as browsers see it: a proxy may serve the API below a path. */
export const staffPath = ({ ADMIN_URL }: Pick<Env, 'ADMIN_URL'>): string =>
  `${new URL(ADMIN_URL).pathname.replace(/\/$/, '')}/staff`;

function cookieOf(req: Request, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

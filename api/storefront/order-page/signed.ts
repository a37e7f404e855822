import { z } from 'zod';
import { isSessionId, type SessionId } from '../../../domain/ids';
import { Problem, type ProblemCode } from '../../../domain/problem';
import type { Env } from '../../../platform/env';
import { readToken, signToken } from '../../../platform/links';
import { findStatus } from '../../../store/orders/status';
import type { ApiDeps } from '../../deps';
import { problemPage } from '../../pages/problem-page';
import { unknownOrder } from '../find-order';
import { SessionParam } from '../orders';

/** The signature of a link in a mail. */
export const Token = z.object({
  token: z.string().optional().meta({ description: 'The signature of the link in the mail.' }),
});

/**
 * Whether a link to this order's page is signed. A signature that is wrong is refused: its page would otherwise lack
 * what the mail promises.
 * @throws 403 `link_invalid`
 */
export function isSigned({ SIGNING_SECRET }: Env, sessionId: string, { token }: z.infer<typeof Token>): boolean {
  if (token === undefined) return false;
  if (readToken(SIGNING_SECRET, 'order', token) === sessionId) return true;
  throw new Problem('link_invalid', 'This link is incomplete or was not issued by this shop.');
}

/** What all pages behind a signed link have in common. */
export const signedPage = (env: Env) => ({
  tag: 'Storefront' as const,
  params: SessionParam,
  query: Token,
  problems: ['unknown_order', 'link_invalid'] as ProblemCode[],
  page: problemPage(env),
});

/**
 * The order that a signed link is about.
 * @throws 403 `link_invalid`, also without a signature; 404 `unknown_order`
 */
export async function signedOrder(
  { db, env }: ApiDeps,
  id: string,
  { token = '' }: z.infer<typeof Token>,
): Promise<SessionId> {
  isSigned(env, id, { token });
  if (!isSessionId(id) || (await findStatus(db, id)) === null) throw unknownOrder();
  return id;
}

/** The addresses of an order's pages, signed, as seen from each other. */
export function addressesOf({ SIGNING_SECRET }: Pick<Env, 'SIGNING_SECRET'>, sessionId: SessionId): Addresses {
  const token = signToken(SIGNING_SECRET, 'order', sessionId);
  const to = (page: string) => `${page}?token=${token}`;
  return { view: to('view'), cancel: to('cancel'), withdraw: to('withdraw'), giveBack: to('return') };
}

export interface Addresses {
  view: string;
  cancel: string;
  withdraw: string;
  /** Where the shopper asks to return goods. */
  giveBack: string;
}

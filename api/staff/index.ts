import type { RequestHandler } from 'express';
import { temporalUiOf } from '../../platform/temporal-ui';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { isCodec, type Route } from '../http/route';
import { codecRoutes, requireCodecStaff } from './codec';
import { finderRoutes } from './finder';
import { staffListRoutes } from './lists';
import { staffOrderRoutes } from './order-page';
import { staffSessions } from './session';
import { setupRoutes } from './setup';
import { signInRoutes } from './sign-in';

/** What a browser of staff opens: the finder, and the document of an order as a page. */
export function staffRoutes(deps: ApiDeps, limits: Limits): Route[] {
  const { env, temporal, clock } = deps;
  const sessions = staffSessions(env, clock);
  const { namespace } = temporal.options;
  const ui = temporalUiOf(env, namespace);
  return [
    ...finderRoutes(deps, sessions, ui),
    ...signInRoutes(deps, limits, sessions),
    ...staffListRoutes(deps, sessions, ui),
    ...staffOrderRoutes(deps, sessions, ui),
    ...codecRoutes(deps),
    ...setupRoutes(deps, sessions, ui),
  ];
}

/** Lets only staff pass who are signed in, to all of these pages but the sign-in. */
export const signedInAt = ({ env, clock }: ApiDeps, limits: Limits): ((one: Route) => RequestHandler[]) => {
  const sessions = staffSessions(env, clock);
  const codec = requireCodecStaff(env, limits, sessions);
  return (one) => {
    if (isCodec(one)) return [codec];
    return one.path.startsWith('/staff/') && one.path !== '/staff/sign-in' ? [sessions.required] : [];
  };
};

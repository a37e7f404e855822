import type { ApiDeps } from '../deps';
import type { Route } from '../route';

/** Every route under `/admin`; whoever reaches one has shown the staff token. */
export const adminRoutes = (_deps: ApiDeps): Route[] => [];

/**
 * How long a process goes on serving after SIGTERM, in milliseconds: `/readyz` says `503` meanwhile, so that load
 * balancers send new requests elsewhere before the port closes. After SIGINT, which a person sends, it closes at once.
 */
const ANNOUNCED_MS = 2_000;

/** Resolves when a process that got this signal may close its port. */
export const announced = (signal: string): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, signal === 'SIGTERM' ? ANNOUNCED_MS : 0));

/** The levels of the log, as pino has them. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The parts of each process that have a level of their own, and put their name into their lines. */
export const LOG_MODULES = {
  api: ['account', 'admin', 'checkout', 'housekeeping', 'metrics', 'request', 'storefront', 'webhooks'],
  worker: ['account', 'bulk', 'checkout', 'disputes', 'events', 'mail', 'metrics', 'sweep', 'temporal'],
} as const;
export type LogProcess = keyof typeof LOG_MODULES;

/** `worker`, `worker.sweep` and so on. */
export const LOG_MODULE_NAMES: readonly string[] = Object.entries(LOG_MODULES).flatMap(([process, modules]) => [
  process,
  ...modules.map((module) => `${process}.${module}`),
]);

/** `LOG_LEVELS` as it is read: the level of each module that is named. */
export type ModuleLevels = Record<string, LogLevel>;

/** Reads `api:debug,worker.sweep:warn`. Throws what is wrong with it, in words for the operator. */
export function readModuleLevels(given: string): ModuleLevels {
  return Object.fromEntries(
    given.split(',').map((one): [string, LogLevel] => {
      const [module = '', level = '', ...more] = one.trim().split(':');
      if (more.length > 0 || !LOG_LEVELS.includes(level as LogLevel))
        throw new Error(`must be \`module:level\`, separated by commas; a level is one of ${LOG_LEVELS.join(', ')}`);
      if (!LOG_MODULE_NAMES.includes(module))
        throw new Error(`names no module ${module}: there are ${LOG_MODULE_NAMES.join(', ')}`);
      return [module, level as LogLevel];
    }),
  );
}

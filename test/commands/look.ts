import { CHECKS } from '../../commands/doctor/doctor';
import type { Finding } from '../../commands/doctor/finding';
import { Site } from '../../commands/doctor/site';

/** Looks at one thing alone, with these variables, and leaves nothing open. */
export async function look(id: string, given: NodeJS.ProcessEnv): Promise<Finding> {
  const site = new Site(given);
  try {
    return (await CHECKS.find((one) => one.id === id)?.look(site)) as Finding;
  } finally {
    await site.close();
  }
}

/** A name of this machine that does not say so: IPv6’s way to write an IPv4 address. */
export const AWAY = '[::ffff:127.0.0.1]';

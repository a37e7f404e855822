import type { Site } from './site';

/** The headings of the report, and of the checklist in docs/going-live.md. */
export const GROUPS = ['Configuration', 'PostgreSQL', 'Temporal', 'Stripe', 'Mail', 'At work'] as const;

/** `skipped`: what it depends on is named by another check. */
export type Status = 'ok' | 'warning' | 'problem' | 'skipped';

/** What a check has found: one line about what, and, unless all is well, one about what to do. No secrets. */
export interface Finding {
  status: Status;
  says: string;
  todo?: string;
}

export interface Check {
  /** As docs/going-live.md lists it. */
  id: string;
  group: (typeof GROUPS)[number];
  /** The checks without which this one has nothing to look at. */
  needs?: string[];
  look(site: Site): Promise<Finding> | Finding;
}

export const ok = (says: string): Finding => ({ status: 'ok', says });
export const warning = (says: string, todo: string): Finding => ({ status: 'warning', says, todo });
export const problem = (says: string, todo: string): Finding => ({ status: 'problem', says, todo });
export const skipped = (says: string): Finding => ({ status: 'skipped', says });

/** The first of these that is a problem, else the first warning, else all is well. */
export function worst(findings: (Finding | null)[], well: string): Finding {
  const found = findings.filter((one) => one !== null);
  return found.find(({ status }) => status === 'problem') ?? found[0] ?? ok(well);
}

/**
 * Who did something, on timelines and in stock movements: one of these, or the name of a staff token (`ADMIN_TOKENS`).
 */
export const ACTORS = ['staff', 'shopper', 'stripe', 'holdfast', 'order', 'seed'] as const;

/** The name of `ADMIN_TOKEN`, and of whoever sends an update from the Temporal UI. */
export const STAFF = 'staff' satisfies (typeof ACTORS)[number];

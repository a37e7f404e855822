/** A list of workflows that staff look at every day, as a query of Temporal's. */
export interface SavedView {
  name: string;
  query: string;
}

const DAY_MS = 86_400_000;
/** A parcel that is under way for longer may be lost. */
export const LONG_DAYS = 10;

const RUNNING = "ExecutionStatus = 'Running'";
const OPEN_ORDER = `WorkflowType = 'order' AND ${RUNNING}`;

/** Running workflows that need staff, disputes that wait for an answer among them, but no order that has ended. */
export const ATTENTION_VIEW: SavedView = { name: 'Needs attention', query: `NeedsAttention = true AND ${RUNNING}` };

/**
 * The lists that staff look at. An order that is PENDING and needs staff may have been paid: its payment differs, or
 * the refund of what is sold out has failed. So those are not among the unpaid ones, which staff may cancel at once.
 * Temporal knows when an order's run began, not when it was shipped: the exact list of what was shipped long ago is the
 * database's, and so is the one of what needs attention (api/staff/lists.tsx).
 * @param now milliseconds since the epoch
 */
export const savedViews = (now: number): SavedView[] => [
  ATTENTION_VIEW,
  {
    name: 'To ship',
    query: `OrderStatus = 'PREPARING' AND NeedsAttention = false AND Disputed = false AND ${OPEN_ORDER}`,
  },
  {
    name: 'Unpaid',
    query: `OrderStatus = 'PENDING' AND NeedsAttention = false AND Disputed = false AND ${OPEN_ORDER}`,
  },
  { name: 'Disputed', query: `WorkflowType = 'dispute' AND ${RUNNING}` },
  {
    name: 'Refunds under way',
    query: `(WorkflowType = 'refund' OR WorkflowType = 'refundRequest') AND ${RUNNING}`,
  },
  {
    name: 'Shipped long ago',
    query: `OrderStatus = 'SHIPPED' AND StartTime < '${daysBefore(now, LONG_DAYS)}' AND ${OPEN_ORDER}`,
  },
];

/** The beginning of a day, so that a link stays the same until the next. */
const daysBefore = (now: number, days: number): string =>
  new Date(Math.floor(now / DAY_MS - days) * DAY_MS).toISOString().replace('.000', '');

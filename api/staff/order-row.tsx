import { day, moment } from '../../domain/dates';
import { formatMoney } from '../../domain/money';
import type { Env } from '../../platform/env';
import { type TemporalUi, workflowUrl } from '../../platform/temporal-ui';
import type { OrderSummary } from '../../store/orders/list';
import { staffPath } from './session';
import { inWords } from './status';

interface Shown {
  order: OrderSummary;
  env: Pick<Env, 'ADMIN_URL'>;
  ui: TemporalUi | null;
}

/** An order in a list for staff, with the ways to it. */
export const OrderRow = ({ order, env, ui }: Shown) => {
  const { number, sessionId, total, currency, attention, disputed, hold, stopped } = order;
  const flags = [
    ...(attention ? [`needs attention at “${attention.step}” since ${moment(attention.since)}`] : []),
    ...(disputed ? ['disputed'] : []),
    ...(hold ? [`on hold (${hold})`] : []),
    ...(order.withdrawn ? ['withdrawn'] : []),
    ...(order.returnRequested ? ['asks to return'] : []),
    ...(stopped && !disputed && !hold ? [stopped] : []),
  ];
  return (
    <li>
      <span>
        {`Order ${number}, ${day(order.createdAt)}: ${inWords(order)}, ${formatMoney({ amount: total, currency })}`}
        {flags.length > 0 && <b>{` · ${flags.join(' · ')}`}</b>}
      </span>
      <span>
        {ui && (
          <>
            <a href={workflowUrl(ui, sessionId)}>Workflow</a>
            {' · '}
          </>
        )}
        <a href={`${staffPath(env)}/orders/${number}`}>Document</a>
      </span>
    </li>
  );
};

import { refusalOf } from '../../domain/actions';
import type { OrderStatus } from '../../domain/order';
import { refusal, type StaffRequest } from './inbox';

/**
 * The answer to a request that arrives while the run ends. If a message overtakes the task that ends a run, the task is
 * done again, and the database may be ahead of it then: what a request was about to do is done already. Any other
 * request comes too late.
 * @throws the refusal
 */
export function answerAfterEnd({ name }: StaffRequest, status: OrderStatus): OrderStatus {
  if (name === 'deliver' && status === 'COMPLETED') return status;
  if (name === 'cancel' && (status === 'REFUNDED' || status === 'CANCELLED')) return status;
  throw refusal(refusalOf({ status }));
}

/**
 * What all the workflows of a worker share: loaded once, before the first of them, and frozen (worker/bundle.ts). Only
 * modules that keep nothing of one order may stand here.
 */
import '../domain/action-examples';
import '../domain/action-facts';
import '../domain/action-rules';
import '../domain/actions';
import '../domain/awaited';
import '../domain/calls';
import '../domain/codes-in-words';
import '../domain/events';
import '../domain/fault';
import '../domain/happened';
import '../domain/ids';
import '../domain/line-words';
import '../domain/mail';
import '../domain/mail-words';
import '../domain/money';
import '../domain/obstacles';
import '../domain/order';
import '../domain/order-money';
import '../domain/parcel';
import '../domain/phase';
import '../domain/refund';
import '../domain/refund-words';
import '../domain/refundable';
import '../domain/replacements';
import '../domain/returns';
import '../domain/sweep';
import '../domain/text';

/**
 * The SDK notes where each promise of a workflow was made, for its `__stack_trace` query: frame by frame, through the
 * source map. That takes a quarter of a workflow's processor time (docs/performance.md), and `NeedsAttention` and the
 * details say better why an order waits. The one frame that is left tells where an error was thrown.
 */
Error.stackTraceLimit = 1;

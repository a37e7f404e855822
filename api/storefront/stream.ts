import { setMaxListeners } from 'node:events';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { isFinal } from '../../domain/order';
import { Problem } from '../../domain/problem';
import { type OrderView, readOrder } from '../../store/orders/view';
import type { ApiDeps } from '../deps';
import { AtOnce } from '../http/at-once';
import { clientHash } from '../http/client';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { STREAM_EXAMPLE } from './examples';
import { findOrder, lookAtStripe } from './find-order';
import { orderDocument } from './order-document';
import { OrderWatch } from './order-watch';
import { SessionParam } from './orders';

/** A regular comment line keeps proxies from closing an idle stream. */
const HEARTBEAT_MS = 15_000;
/** While the order is pending, the API asks Stripe as often as for a page that polls. */
const LOOK_MS = 5_000;
/**
 * How many streams one client may have open at one process; see docs/deciding for why this one limit is not in
 * PostgreSQL.
 */
const STREAMS_A_CLIENT = 200;

/** `GET /orders/{sessionId}/stream` */
export function streamRoutes(deps: ApiDeps, limits: Limits): Route[] {
  const watch = new OrderWatch(deps.db, deps.log);
  setMaxListeners(0, deps.closing); // one per stream
  const open = new AtOnce(STREAMS_A_CLIENT);
  return [
    route({
      method: 'get',
      path: '/orders/{sessionId}/stream',
      tag: 'Storefront',
      summary: 'Follow an order as it changes',
      description:
        'Server-sent events: one `order` event with the current order, then one at each change. Ends when the order is final; a browser that then reconnects by itself gets `204`, which tells it to stop.',
      params: SessionParam,
      headers: z.object({
        'last-event-id': z
          .string()
          .optional()
          .meta({ description: 'The id of the last event that arrived; an EventSource sends it by itself.' }),
      }),
      answers: {
        200: {
          description:
            'Events named `order`. The data of each is an `Order` in one line of JSON, its id the revision of that order.',
          contentType: 'text/event-stream',
          example: STREAM_EXAMPLE,
        },
        204: { description: 'The order is final, and the client that reconnects has seen that.' },
      },
      problems: ['unknown_order', 'rate_limited'],
      handle: async ({ params, headers, req, res }) => {
        const release = open.enter(clientHash(deps.env, req));
        if (!release)
          throw new Problem('rate_limited', 'Too many streams of one client are open. Close one first.', {
            retryAfter: 5,
          });
        try {
          const order = await findOrder(deps, limits, req, params.sessionId);
          if (isOver(order, headers['last-event-id'])) {
            res.status(204).end();
            return undefined;
          }
          begin(res);
          if (req.method === 'HEAD') res.end();
          else await follow(deps, limits, watch, req, res, order);
        } finally {
          release();
        }
        return undefined;
      },
    }),
  ];
}

/**
 * Whether a client that reconnects has nothing more to hear. An EventSource reconnects whenever its stream ends, and
 * only `204` stops it (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
const isOver = (order: OrderView, lastEventId: string | undefined): boolean =>
  isFinal(order.status) && lastEventId === String(order.revision);

function begin(res: Response): void {
  // `no-transform` and X-Accel-Buffering keep proxies from buffering events.
  res.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  res.flushHeaders();
}

/** Writes the order at each change until it is final, the client disconnects, or the process stops. */
async function follow(
  deps: ApiDeps,
  limits: Limits,
  watch: OrderWatch,
  req: Request,
  res: Response,
  first: OrderView,
): Promise<void> {
  const { db, env, clock, closing, metrics } = deps;
  let sent = first;
  const send = (order: OrderView): void => {
    sent = order;
    const data = JSON.stringify(orderDocument(env, clock.now(), order, 'address'));
    res.write(`id: ${order.revision}\nevent: order\ndata: ${data}\n\n`);
    if (isFinal(order.status)) res.end();
  };
  send(first);
  if (res.writableEnded || res.closed) return;

  let reading = false;
  const read = async (revision: number): Promise<void> => {
    if (revision <= sent.revision || reading) return;
    reading = true;
    const order = await readOrder(db, sent.sessionId).catch(() => null); // the next query tries again
    reading = false;
    if (order && order.revision > sent.revision && !res.writableEnded) send(order);
  };
  const stopWatching = watch.watch(first.sessionId, (revision) => void read(revision));
  const heartbeat = setInterval(() => res.writableEnded || res.write(': still here\n\n'), HEARTBEAT_MS);
  const looking = setInterval(() => sent.status === 'PENDING' && void lookAtStripe(deps, limits, req, sent), LOOK_MS);
  const end = () => res.end();
  closing.addEventListener('abort', end);
  metrics.streams.inc();
  await new Promise<void>((resolve) => res.once('close', resolve));
  metrics.streams.dec();
  closing.removeEventListener('abort', end);
  clearInterval(looking);
  clearInterval(heartbeat);
  stopWatching();
}

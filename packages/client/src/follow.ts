import { eventsIn } from './events.ts';
import type { Failure, Result } from './failures.ts';
import { pause } from './pause.ts';
import { isFinal, type Order } from './shapes.ts';

export interface OrderSource {
  /** Reads the order once. */
  read(): Promise<Result<Order>>;
  /**
   * Opens the stream of its changes; `over` when the order is final and its last event was heard, null when the API
   * refuses. Rejects when no answer comes.
   */
  stream(lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | 'over' | null>;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/** A stream that works sends the order as soon as it opens. */
const FIRST_EVENT_WITHIN_MS = 5_000;
/** The API sends at least a comment every 15 s: after more silence than this, the connection is dead. */
const SILENCE_MS = 45_000;

/**
 * Follows an order: reads it, listens to its stream, and reads it again whenever the stream breaks off, with growing
 * pauses. Behind a proxy that holds events back it reads alone. Ends when the order is final, when the shop does not
 * know it, or when the signal is aborted.
 */
export async function* followOrder(
  source: OrderSource,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<Result<Order>, void> {
  const heard: Heard = { shown: '', lastEventId: undefined, streams: true, over: false };
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const read = await source.read();
    if (signal.aborted) return;
    if (!read.ok || isNews(heard, read.value)) yield read;
    if (read.ok ? isFinal(read.value) : isHopeless(read.failure)) return;
    if (read.ok && heard.streams) {
      for await (const order of listen(source, heard, signal)) {
        wait = FIRST_WAIT_MS;
        if (isNews(heard, order)) yield { ok: true, value: order };
        if (isFinal(order)) return;
      }
      if (heard.over) return;
    }
    const asked = read.ok ? 0 : (read.failure.retryAfter ?? 0) * 1_000;
    await pause(Math.max(wait, asked), signal);
  }
}

/** What one that follows an order knows so far. */
interface Heard {
  /** The order that was shown last, as text. */
  shown: string;
  lastEventId: string | undefined;
  /** False once a stream has sent nothing. */
  streams: boolean;
  /** The API says that there is nothing more to hear. */
  over: boolean;
}

function isNews(heard: Heard, order: Order): boolean {
  const text = JSON.stringify(order);
  const news = text !== heard.shown;
  heard.shown = text;
  return news;
}

/** An id that the shop does not know now will not become known later, and a wrong key will not become right. */
const isHopeless = ({ code }: Failure): boolean =>
  code === 'unknown_order' || code === 'invalid_request' || code === 'unauthorized';

/** The orders that one stream sends, until it ends, breaks off or falls silent. */
async function* listen(source: OrderSource, heard: Heard, signal: AbortSignal): AsyncGenerator<Order, void> {
  const silent = new AbortController();
  const hangUp = () => silent.abort();
  let timer = setTimeout(hangUp, FIRST_EVENT_WITHIN_MS);
  signal.addEventListener('abort', hangUp);
  let events = 0;
  try {
    const stream = await source.stream(heard.lastEventId, silent.signal);
    heard.over = stream === 'over';
    if (stream === 'over' || stream === null) return;
    for await (const { id, data } of eventsIn(stream)) {
      if (data !== '') events += 1;
      if (events === 0) continue;
      clearTimeout(timer);
      timer = setTimeout(hangUp, SILENCE_MS);
      heard.lastEventId = id ?? heard.lastEventId;
      if (data !== '') yield JSON.parse(data) as Order;
    }
  } catch {
    // A connection that broke: the caller reads the order again.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', hangUp);
    if (silent.signal.aborted && events === 0) heard.streams = false;
    hangUp();
  }
}

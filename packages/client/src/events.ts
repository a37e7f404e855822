/** A server-sent event, or with empty `data` a comment that keeps the connection open. */
export interface StreamEvent {
  id: string | null;
  data: string;
}

/**
 * The events of a stream as they arrive. One that was cut off is left out
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 */
export async function* eventsIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  try {
    for (let text = ''; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\n\n|\r\n\r\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(block: string): StreamEvent {
  const fields = block.split(/\r?\n/).map((line) => /^(id|data): ?(.*)$/.exec(line) ?? []);
  const valuesOf = (name: string) => fields.flatMap(([, field, value]) => (field === name ? [value ?? ''] : []));
  return { id: valuesOf('id').at(-1) ?? null, data: valuesOf('data').join('\n') };
}

/**
 * Reads something once for all who ask within a time: the metrics of one scrape, and scrapes that follow closely.
 * @param read never rejects
 */
export function shared<T>(keptMs: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { until: number; value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (kept === undefined || now >= kept.until) kept = { until: now + keptMs, value: read() };
    return kept.value;
  };
}

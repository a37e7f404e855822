/**
 * Whether a stream to a client ended because the client went away, and not because anything is wrong here. The request
 * does not say so: from Node 24 on it is destroyed with its response, whoever ended that.
 */
export const hasHungUp = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';

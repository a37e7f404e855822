import type { Refusal } from './errors';

/** An HTTP response as it is sent. */
export interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

export function refusalAnswer(refusal: Refusal, requestId: string): Answer {
  return { status: refusal.status, body: JSON.stringify(refusal.toJson(requestId), null, 2), headers: refusal.headers };
}

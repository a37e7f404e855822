import type { Refusal } from './errors';

/** What goes over the wire. */
export interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

export function refusalAnswer(refusal: Refusal, requestId: string): Answer {
  return { status: refusal.status, body: JSON.stringify(refusal.toJson(requestId), null, 2), headers: refusal.headers };
}

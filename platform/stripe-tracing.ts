import type Stripe from 'stripe';
import { endpointOf } from './stripe-metrics';
import { isTracing, traced } from './trace';

/**
 * Makes each call to Stripe a span, by its endpoint. Stripe is told nothing of the trace: it could not go on with it,
 * and metadata is for what the shop wants to find there.
 */
export function tracedRequests(http: Stripe.HttpClient): Stripe.HttpClient {
  if (!isTracing()) return http;
  return {
    getClientName: () => http.getClientName(),
    makeRequest(...request) {
      const [host, , path, method] = request;
      const endpoint = endpointOf(path);
      const attributes = { 'http.request.method': method, 'url.template': endpoint, 'server.address': host };
      return traced({ name: `${method} ${endpoint}`, kind: 'client', attributes }, async (span) => {
        const answer = await http.makeRequest(...request);
        const status = answer.getStatusCode();
        span?.set({ 'http.response.status_code': status, 'stripe.request_id': requestIdIn(answer.getHeaders()) });
        if (status >= 400) span?.fail(String(status));
        return answer;
      });
    },
  };
}

/** By which Stripe's Dashboard finds the call. */
function requestIdIn(headers: object): string | undefined {
  const id = (headers as Record<string, unknown>)['request-id'];
  return typeof id === 'string' ? id : undefined;
}

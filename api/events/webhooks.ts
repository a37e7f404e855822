import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { OUTBOUND_EVENTS, OUTBOUND_TYPES } from '../../domain/outbound';
import { eventDocument } from './documents';

/** What Holdfast sends to `EVENTS_URL`, for the section `webhooks` of the OpenAPI document. */
export const eventWebhooks = (): RouteConfig[] =>
  OUTBOUND_TYPES.map((type) => ({
    method: 'post',
    path: type,
    tags: ['Events'],
    summary: OUTBOUND_EVENTS[type].means,
    security: [],
    request: {
      headers: HEADERS,
      body: { required: true, content: { 'application/json': { schema: eventDocument(type) } } },
    },
    responses: ANSWERS,
  }));

const HEADERS = z.object({
  'webhook-id': z.string().meta({ description: 'The same at every try: act on each id once.' }),
  'webhook-timestamp': z.string().meta({ description: 'Of this try, in seconds since the epoch.' }),
  'webhook-signature': z.string().meta({
    description:
      '`v1,` and the base64 of an HMAC-SHA256 (https://www.standardwebhooks.com); several, separated by spaces, while a secret is rolled.',
  }),
});

const ANSWERS = {
  '2XX': { description: 'Taken. Any other answer, or none within 10 s, leads to another try.' },
  410: { description: 'The receiver is gone: nothing more is sent, and staff are told.' },
};

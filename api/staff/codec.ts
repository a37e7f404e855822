import type { Payload } from '@temporalio/common';
import cors from 'cors';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { PayloadUnreadable, payloadCodec } from '../../platform/payload-codec';
import type { PayloadKeys } from '../../platform/payload-keys';
import { requireStaff } from '../admin/staff-auth';
import type { ApiDeps } from '../deps';
import { bearerOf } from '../http/bearer';
import type { Limits } from '../http/limits';
import { CODEC, isCodec, type Route, route } from '../http/route';
import type { StaffSessions } from './session';

/** A payload in the JSON of protobuf: its bytes are base64. */
const PayloadDocument = z
  .looseObject({ metadata: z.record(z.string(), z.string()).optional(), data: z.string().optional() })
  .meta({ id: 'Payload', description: 'A payload of Temporal, as its own API writes it.' });
type PayloadDocument = z.output<typeof PayloadDocument>;
const Payloads = z.strictObject({ payloads: z.array(PayloadDocument).max(10_000) }).meta({ id: 'Payloads' });

/** What the Temporal UI and its command line ask to read payloads that are encrypted, and to write them. */
export const codecRoutes = ({ env }: Pick<ApiDeps, 'env'>): Route[] =>
  (['decode', 'encode'] as const).map((direction) =>
    route({
      method: 'post',
      path: `${CODEC}/${direction}`,
      tag: 'Staff',
      summary: direction === 'decode' ? 'Decrypt payloads of Temporal' : 'Encrypt payloads for Temporal',
      description:
        'For the Temporal UI of staff who are signed in at `/staff`, and for `temporal --codec-endpoint` with a staff token. Payloads that are not encrypted come back as they are. `404` while `PAYLOAD_KEYS` is not set.',
      body: Payloads,
      answers: { 200: { description: 'The same payloads, in their order.', schema: Payloads } },
      problems: ['unauthorized', 'not_found', 'rate_limited'],
      handle: async ({ body }) => ({ body: { payloads: await coded(env.PAYLOAD_KEYS, direction, body.payloads) } }),
    }),
  );

async function coded(
  keys: PayloadKeys | undefined,
  direction: 'decode' | 'encode',
  payloads: PayloadDocument[],
): Promise<PayloadDocument[]> {
  if (!keys) throw new Problem('not_found', 'PAYLOAD_KEYS is not set, so nothing is encrypted.');
  try {
    return (await payloadCodec(keys)[direction](payloads.map(fromDocument))).map(toDocument);
  } catch (error) {
    if (error instanceof PayloadUnreadable) throw new Problem('invalid_request', `Not readable: ${error.message}.`);
    throw error;
  }
}

/** Lets pass who is signed in at `/staff`, or sends the token of staff. */
export function requireCodecStaff(env: Env, limits: Limits, sessions: StaffSessions): RequestHandler {
  const byToken = requireStaff(env, limits);
  return (req, res, next) => {
    if (bearerOf(req) !== undefined) return byToken(req, res, next);
    if (sessions.nameOf(req) === null) throw new Problem('unauthorized', 'Sign in at `/staff`, then reload this page.');
    return next();
  };
}

/** Lets the Temporal UI's origin call the codec, with the cookie of the sign-in; every other address is `others`'. */
export function codecCors({ TEMPORAL_UI_URL }: Pick<Env, 'TEMPORAL_UI_URL'>, others: RequestHandler): RequestHandler {
  const forUi = cors({
    origin: TEMPORAL_UI_URL === undefined ? false : [new URL(TEMPORAL_UI_URL).origin],
    methods: ['POST'],
    allowedHeaders: ['Content-Type', 'X-Namespace', 'Authorization'],
    credentials: true,
    maxAge: 600,
  });
  return (req, res, next) => (isCodec(req) ? forUi(req, res, next) : others(req, res, next));
}

const fromDocument = ({ metadata = {}, data = '' }: PayloadDocument): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
  data: Buffer.from(data, 'base64'),
});

const toDocument = ({ metadata, data }: Payload): PayloadDocument => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  data: base64(data ?? new Uint8Array()),
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/**
 * What every API request passes through: API key, version, faults, idempotency, parameters, one transaction, the
 * answer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import express, { type Request, type Response, Router } from 'express';
import { newId } from '../store/ids';
import type { SavedAnswer } from '../store/records';
import { API_VERSION, NO_REQUEST, type World } from '../world';
import { type Answer, refusalAnswer } from './answer';
import { forbidden, noKey, notForm, Refusal, serverError, unknownRoute, wrongKey, wrongVersion } from './errors';
import { expandAll } from './expand';
import { faultAnswer, refusedAs } from './fault-answers';
import type { Fault, Faults } from './faults';
import { IdempotencyKeys } from './idempotency';
import { readShape } from './params';
import type { RequestLog } from './request-log';
import type { RestrictedKeys } from './restricted-keys';
import type { Route } from './route';
import { ROUTES } from './routes';

export interface Gateway {
  router: Router;
  keys: IdempotencyKeys;
}

interface GatewayOptions {
  secretKey: string;
  restricted: RestrictedKeys;
  faults: Faults;
  log: RequestLog;
}

interface ApiRequest {
  route: Route;
  id: string;
  params: Record<string, unknown>;
  /** The idempotency key of a POST. */
  key: string | undefined;
  path: string;
  requestId: string;
  fault: Fault | undefined;
  /** Whether the request names a preview's version, whose answers have more fields. */
  preview: boolean;
}

export function createGateway(world: World, options: GatewayOptions): Gateway {
  const keys = new IdempotencyKeys(world);
  const router = Router();
  router.use(express.urlencoded({ extended: true, limit: '1mb', parameterLimit: 20_000 }));
  router.use((request, response, next) => {
    const requestId = newId('req', 14);
    response.locals.requestId = requestId;
    response.set({ 'Request-Id': requestId, 'Stripe-Version': API_VERSION, 'Cache-Control': 'no-cache, no-store' });
    authenticate(request, options);
    if (hasBody(request) && !request.is('application/x-www-form-urlencoded')) throw notForm();
    next();
  });
  for (const route of ROUTES)
    router[METHODS[route.method]](route.path, async (request: Request, response: Response) => {
      const apiRequest = readRequest(request, response, route, options.faults);
      const entry = options.log.begin(
        apiRequest.requestId,
        request.method,
        apiRequest.path,
        apiRequest.key,
        apiRequest.params,
        apiRequest.fault?.kind,
      );
      const answer = await answerTo(world, keys, apiRequest);
      entry.status = answer.status;
      entry.replayed = answer.headers?.['Idempotent-Replayed'] === 'true';
      send(response, answer, apiRequest.fault);
    });
  router.use((request, _response) => {
    throw unknownRoute(request.method, request.originalUrl.split('?')[0] ?? '');
  });
  router.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    const requestId = String(response.locals.requestId ?? newId('req', 14));
    send(response, refusalAnswer(asRefusal(error, world), requestId), undefined);
  });
  return { router, keys };
}

const METHODS = { DELETE: 'delete', GET: 'get', POST: 'post' } as const;

function readRequest(request: Request, response: Response, route: Route, faults: Faults): ApiRequest {
  const path = request.path;
  const key = route.method === 'POST' ? request.get('idempotency-key') : undefined;
  return {
    route,
    id: String(request.params.id ?? ''),
    params: { ...request.query, ...(request.body as Record<string, unknown> | undefined) },
    key,
    path,
    requestId: String(response.locals.requestId),
    fault: faults.next(request.method, path),
    preview: isPreview(request.get('stripe-version')),
  };
}

/** Never throws: a refusal is an answer too. */
async function answerTo(world: World, keys: IdempotencyKeys, request: ApiRequest): Promise<Answer> {
  const { key, fault, requestId, params, path } = request;
  let claimed = false;
  try {
    const instead =
      fault === undefined ? null : faultAnswer(fault, { key, requestId, path, method: request.route.method });
    if (instead !== null && fault?.committed !== true) return instead;
    const saved = key === undefined ? null : keys.claim(key, path, params);
    if (saved !== null) return instead ?? replayOf(saved);
    claimed = key !== undefined;
    if (fault?.kind === 'delay') await pause(fault.ms ?? 0, undefined, { signal: world.ending }).catch(hungUp);
    if (fault?.kind === 'error_before') throw serverError(fault.status);
    if (fault?.kind === 'reset' && fault.committed === false) return { status: 0, body: '' };
    const answer = execute(world, keys, request);
    return instead ?? answer;
  } catch (error) {
    return refusalAnswer(asRefusal(error, world), requestId);
  } finally {
    if (claimed) keys.release(key as string);
  }
}

/** Repeats a saved answer. A 500 stays a 500 under its key, so Stripe tells the library not to retry. */
function replayOf({ status, body, requestId }: SavedAnswer): Answer {
  const headers = { 'Idempotent-Replayed': 'true', 'Original-Request': requestId };
  return { status, body, headers: status < 500 ? headers : { ...headers, ...DO_NOT_RETRY } };
}

const DO_NOT_RETRY = { 'Stripe-Should-Retry': 'false' };

/** The sandbox closed while the request waited: nothing is done, and the answer goes nowhere. */
function hungUp(): never {
  throw serverError(503);
}

/**
 * Carries out the request and saves the answer under the key, in one transaction. Unreadable parameters are not
 * saved: nothing began.
 */
function execute(
  world: World,
  keys: IdempotencyKeys,
  { route, id, params, key, path, requestId, fault, preview }: ApiRequest,
): Answer {
  const { expand = [], ...read } = readShape(route.shape, params) as { expand?: string[] };
  const save = (answer: Answer): Answer => {
    if (key !== undefined) keys.save(key, { ...answer, path, requestId }, params);
    return answer;
  };
  world.cause = { id: requestId, idempotency_key: key ?? null };
  try {
    return world.store.transaction(() => {
      if (fault?.kind === 'refused') throw refusedAs(fault);
      if (fault?.kind === 'error_instead') return save(failedForGood(fault, requestId));
      const answer = expandAll(world, route.run({ world, id, params: read as never }), expand);
      if (fault?.kind === 'error_after') return save(failedForGood(fault, requestId));
      return save({
        status: 200,
        body: preview ? JSON.stringify(answer, null, 2) : JSON.stringify(answer, withoutPreviews, 2),
      });
    });
  } catch (error) {
    const refused = refusalAnswer(asRefusal(error, world), requestId);
    return world.store.transaction(() => save(refused));
  } finally {
    world.cause = NO_REQUEST;
  }
}

/** As Stripe's previews are: `2025-12-15.preview`. */
const isPreview = (version: string | undefined): boolean => /^\d{4}-\d\d-\d\d\.preview$/.test(version ?? '');

/** Fields that only a preview's version shows (https://docs.stripe.com/agentic-commerce/for-sellers). */
const withoutPreviews = (field: string, value: unknown): unknown =>
  field === 'external_reference' ? undefined : value;

function failedForGood({ status }: Fault, requestId: string): Answer {
  return { ...refusalAnswer(serverError(status), requestId), headers: DO_NOT_RETRY };
}

function send(response: Response, { status, body, headers }: Answer, fault: Fault | undefined): void {
  if (fault?.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.status(status).set({ 'Content-Type': 'application/json', ...headers });
  if (fault?.kind !== 'cut_body') {
    response.send(body);
    return;
  }
  response.set('Content-Length', String(Buffer.byteLength(body)));
  response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
}

/** Anything but a refusal is an unreadable body or a defect of the sandbox. */
function asRefusal(error: unknown, world: World): Refusal {
  if (error instanceof Refusal) return error;
  const { status, message } = error as { status?: number; message?: string };
  if (status !== undefined && status < 500)
    return new Refusal(status, { type: 'invalid_request_error', message: message ?? '' });
  world.log({
    level: 'error',
    message: 'the sandbox failed',
    error: error instanceof Error ? error.stack : String(error),
  });
  return serverError();
}

function authenticate(request: Request, { secretKey, restricted }: GatewayOptions): void {
  const given = bearer(request) ?? basicUser(request);
  if (given === undefined) throw noKey();
  if (given !== secretKey && !restricted.has(given)) throw wrongKey(given);
  const missing = given === secretKey ? null : restricted.lacks(given, request.method, request.path, expandOf(request));
  if (missing !== null) throw forbidden(given, missing);
  const version = request.get('stripe-version');
  if (version !== undefined && version !== API_VERSION && !isPreview(version)) throw wrongVersion(version, API_VERSION);
}

function expandOf(request: Request): string[] {
  const { expand } = { ...request.query, ...(request.body as Record<string, unknown> | undefined) };
  return Object.values((expand ?? []) as Record<string, unknown>).map(String);
}

const bearer = (request: Request) => /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];

/** `curl -u sk_test_…:` as Stripe's documentation shows it. */
function basicUser(request: Request): string | undefined {
  const encoded = /^Basic (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString().split(':')[0];
}

function hasBody(request: Request): boolean {
  return Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined;
}

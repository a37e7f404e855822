import { setTimeout as pause } from 'node:timers/promises';
import express, { type IRouter, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { Problem, type ProblemCode } from '../../domain/problem';
import { within } from '../../platform/within';
import { sendPage } from './html';
import { invalid, parse } from './parse';

/** What a handler returns: a body to send as JSON. A handler that wrote to `res` itself returns nothing. */
export interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** A page, in place of a body. */
  html?: string;
  /** The script in that page. */
  script?: string;
}

/** A body that is not JSON: the handler finds its bytes in `req.body` or, with `'stream'`, reads them from `req`. */
export interface RawBody {
  raw: { limit: number } | 'stream';
  contentType: string;
  description: string;
}

/** The fields of a form that a page sends. */
export interface FormBody {
  form: z.ZodObject;
}

export interface DocumentedAnswer {
  description: string;
  schema?: z.ZodType;
  /** Default: `application/json`. */
  contentType?: string;
  headers?: Record<string, string>;
  /** Of an answer that is not JSON; a JSON schema has its own. */
  example?: string;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;
type BodyOutput<B> = B extends FormBody ? z.output<B['form']> : Output<B>;

export interface Call<P, Q, H, B> {
  params: Output<P>;
  query: Output<Q>;
  headers: Output<H>;
  body: BodyOutput<B>;
  /** Of a request under `/admin`: the name of its token (admin/staff-auth.ts). Elsewhere empty. */
  actor: string;
  req: Request;
  res: Response;
}

/**
 * One declaration of a route, from which come the Express route with its validation and the entry in the OpenAPI
 * document. Use `z.strictObject`, so that unknown fields are refused. Without `query`, any query is ignored; without
 * `body`, only an empty body is accepted.
 */
interface Declaration<P, Q, H, B> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** In OpenAPI's form: `/orders/{sessionId}`. */
  path: string;
  tag: 'Storefront' | 'Stripe' | 'Resend' | 'Staff' | 'Operations';
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  /** By lower-case name. */
  headers?: H;
  body?: B;
  answers: Record<number, DocumentedAnswer>;
  /** The problems specific to this route; those that every route can have are added. */
  problems?: ProblemCode[];
  /** Milliseconds from the last byte of the request to the first of the response; after that the answer is `503`. */
  timeLimit?: number;
  /** Of a page for people: its problems are pages too, which this renders. */
  page?: ProblemPage;
  /** Of a link for people: its problems are documents to programs, and pages to browsers, which this renders. */
  pageForBrowsers?: ProblemPage;
  handle(call: Call<P, Q, H, B>): Promise<Answer | undefined>;
}

export type Route = Declaration<
  z.ZodObject | undefined,
  z.ZodObject | undefined,
  z.ZodObject | undefined,
  z.ZodType | RawBody | FormBody | undefined
>;

/** Renders what went wrong with a request as HTML. */
export type ProblemPage = (problem: Problem, req: Request) => string;

/** Everything answers within 10 s; this leaves half a second for the network. */
const TIME_LIMIT_MS = 9_500;
/**
 * A cart of 50 lines is a few kilobytes. The limit is far above that, so that a cart with too many lines gets a `400`
 * that explains it.
 */
const JSON_LIMIT = '1mb';

/** Declares a route; the handler's input is typed by its schemas. */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  H extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | RawBody | FormBody | undefined = undefined,
>(declaration: Declaration<P, Q, H, B>): Route {
  return declaration as Route;
}

/** Whether only a storefront's server may call a route. */
export const needsStorefrontKey = ({ path }: Route): boolean => path.startsWith('/storefront/');

/** Where the Temporal UI has payloads decrypted: below `/staff`, so that browsers send the cookie of the sign-in. */
export const CODEC = '/staff/codec';

/** Whether a route of staff is for programs: they are told `401` instead of being led to the sign-in. */
export const isCodec = ({ path }: { path: string }): boolean => path.startsWith(`${CODEC}/`);

/**
 * Adds routes to an app. A known path with another method is `405` with `Allow`. `guards` names the handlers that must
 * let a request of a route pass first.
 */
export function mount(app: IRouter, routes: Route[], guards: (one: Route) => RequestHandler[] = () => []): void {
  for (const path of new Set(routes.map((one) => one.path))) {
    const declared = routes.filter((one) => one.path === path);
    const expressPath = path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.all(
      expressPath,
      named(
        path,
        declared.find((one) => one.page ?? one.pageForBrowsers),
      ),
    );
    for (const one of declared) app[one.method](expressPath, ...guards(one), ...bodyReader(one.body), answering(one));
    app.all(expressPath, otherMethod(declared));
  }
}

/** Names a request for the log and the metrics: by its route's path and parameters, never by the URL. */
const named = (path: string, one?: Route) => (req: Request, res: Response, next: NextFunction) => {
  res.locals.route = path;
  res.locals.params = req.params;
  res.locals.problemPage = one?.page ?? (req.accepts(['json', 'html']) === 'html' ? one?.pageForBrowsers : undefined);
  next();
};

function bodyReader(body: Route['body']) {
  if (isRaw(body))
    return body.raw === 'stream' ? [] : [express.raw({ type: () => true, limit: body.raw.limit, inflate: false })];
  if (isForm(body)) return [only(FORM), express.urlencoded({ extended: false, limit: FORM_LIMIT, type: () => true })];
  return [only(JSON_TYPES), express.json({ limit: JSON_LIMIT, strict: false, type: () => true })];
}

const only =
  ({ types, advice }: { types: string[]; advice: string }) =>
  (req: Request, _res: Response, next: NextFunction) => {
    if (hasBody(req) && !req.is(types)) throw new Problem('unsupported_media_type', advice);
    next();
  };

const JSON_TYPES = {
  types: ['application/json', 'application/*+json'],
  advice: 'Send JSON with `Content-Type: application/json`.',
};
export const FORM_TYPE = 'application/x-www-form-urlencoded';
const FORM = { types: [FORM_TYPE], advice: 'Send the form of the page.' };
const FORM_LIMIT = '16kb';

const answering = (declared: Route) => async (req: Request, res: Response) => {
  const call = {
    params: declared.params && parse(declared.params, req.params),
    query: declared.query && parse(declared.query, req.query),
    headers: declared.headers && parse(declared.headers, pick(req.headers, Object.keys(declared.headers.shape))),
    body: isRaw(declared.body) ? undefined : readJson(declared, req),
    actor: typeof res.locals.actor === 'string' ? res.locals.actor : '',
    req,
    res,
  } as Call<undefined, undefined, undefined, undefined>;
  const answer = await inTime(declared.timeLimit ?? TIME_LIMIT_MS, req, res, declared.handle(call));
  // Express takes `no-cache` for a wish for the whole body. It is a word to caches on the way, and Node's `fetch` adds
  // it to whatever names an ETag.
  if (answer?.headers?.etag !== undefined) delete req.headers['cache-control'];
  if (answer?.html !== undefined) sendPage(res, answer.status ?? 200, answer.html, answer.script);
  else if (answer)
    res
      .status(answer.status ?? 200)
      .set({ 'cache-control': 'no-store', ...answer.headers })
      .json(answer.body);
};

/**
 * Answers `503` in place of a handler that takes too long, even if it is still working. An upload may take long to
 * arrive, and a stream or a download to be sent: neither counts.
 */
async function inTime<T>(limit: number, req: Request, res: Response, work: Promise<T>): Promise<T> {
  if (!req.complete) await Promise.race([work, received(req)]);
  let late = false;
  try {
    return await within(limit, work, () => {
      late = true;
      return new Problem('unavailable', 'The request took too long. Try again.', { retryAfter: 2 });
    });
  } catch (error) {
    if (late && res.headersSent) return work;
    throw error;
  }
}

/** Waits for the last byte of a request. Node has no event for it: `end` comes only when all of it has been read. */
async function received(req: Request): Promise<void> {
  while (!req.complete && !req.destroyed) await pause(RECEIVED_PAUSE_MS);
}

const RECEIVED_PAUSE_MS = 250;

function readJson(declared: Route, req: Request): unknown {
  const given = hasBody(req) ? req.body : undefined;
  if (isForm(declared.body)) return parse(declared.body.form, given ?? {});
  if (declared.body) {
    const schema = declared.body as z.ZodType;
    if (given === undefined && !mayBeAbsent(schema)) throw invalid([{ path: '', message: 'a JSON body is required' }]);
    return parse(schema, given);
  }
  return given === undefined ? undefined : void parse(z.strictObject({}), given);
}

function otherMethod(declared: Route[]) {
  const methods = declared.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (req: Request, res: Response) => {
    res.set('allow', allow);
    if (req.method !== 'OPTIONS') throw new Problem('method_not_allowed', `This address accepts ${allow}.`);
    res.status(204).end();
  };
}

/** Whether a request may have no body: its schema then has a default. */
export const mayBeAbsent = (body: z.ZodType): boolean => body.safeParse(undefined).success;

export const isRaw = (body: Route['body']): body is RawBody => body !== undefined && 'raw' in body;

export const isForm = (body: Route['body']): body is FormBody => body !== undefined && 'form' in body;

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

const pick = (from: Request['headers'], names: string[]): Record<string, unknown> =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

/** An HTTP answer with its whole body. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT';
  token?: string;
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
}

/** Sends one request. Any status is an answer; redirects are not followed. */
export async function ask<T>(url: string, { method, token, headers, json, form }: Call = {}): Promise<Answer<T>> {
  const body = form ? new URLSearchParams(form) : json === undefined ? undefined : JSON.stringify(json);
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
}

/** The body of the answer. @throws when the status is not a success */
export async function get<T>(url: string, call: Call = {}): Promise<T> {
  const { status, body } = await ask<T>(url, call);
  if (status >= 300)
    throw new Error(
      `${call.method ?? (call.json || call.form ? 'POST' : 'GET')} ${url} answered ${status}: ${JSON.stringify(body)}`,
    );
  return body;
}

import type { Exchange } from './witness';

/**
 * Repeats Holdfast's requests to stripe-mock. The mock has no objects, so it accepts any id, and answers every
 * well-formed request with 200.
 * @returns one line for each request that it refused
 */
export async function replayed(mockUrl: string, requests: Exchange[]): Promise<string[]> {
  const distinct = [
    ...new Map(requests.map((one) => [`${one.method} ${one.url} ${one.version} ${one.body}`, one])).values(),
  ];
  const refusals = await Promise.all(distinct.map((request) => refusalOf(mockUrl, request)));
  return refusals.filter((refusal) => refusal !== null);
}

async function refusalOf(
  mockUrl: string,
  { method, url, version, contentType, body }: Exchange,
): Promise<string | null> {
  const answer = await fetch(mockUrl + url, {
    method,
    headers: {
      authorization: 'Bearer sk_test_mock',
      ...(version !== null && { 'stripe-version': version }),
      ...(contentType !== null && { 'content-type': contentType }),
    },
    ...(body !== '' && { body }),
  });
  const text = await answer.text();
  if (answer.status === 200) return null;
  return `${method} ${decodeURIComponent(url)} ${decodeURIComponent(body)}: ${answer.status} ${messageIn(text)}`;
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return text;
  }
}

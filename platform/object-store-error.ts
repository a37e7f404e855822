/**
 * Why storage did not do what was asked: the object is not there, or is another one than was stored; the key, the
 * bucket or a setting is refused; or it does not answer now.
 */
export type ObjectFault = 'missing' | 'changed' | 'refused' | 'away';

/** `code` is S3's own where there is one. It contains no address and no key. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';

  constructor(
    readonly fault: ObjectFault,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(`Storage for files: ${fault} (${code})`, options);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function faultOfAnswer(status: number, body: string): ObjectStoreError {
  const code = /<Code>([A-Za-z0-9.]{1,60})<\/Code>/.exec(body)?.[1] ?? `http_${status}`;
  if (status === 404 && code !== 'NoSuchBucket') return new ObjectStoreError('missing', code);
  if (status === 412 || status === 416) return new ObjectStoreError('changed', code);
  const isAway = status >= 500 || status === 408 || status === 429;
  return new ObjectStoreError(isAway ? 'away' : 'refused', code);
}

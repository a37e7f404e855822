/** What a host's name says about where it is. Names are not looked up. */

/** This machine itself, or a socket on it. */
export const isLoopback = (host: string): boolean =>
  host === '' || host.startsWith('/') || /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[?::1\]?)$/i.test(host);

/** A host that nobody on the Internet reaches. */
export const isPrivateHost = (host: string): boolean => PRIVATE_HOST.test(host);

/**
 * Names without a dot, `localhost` and its like, and the private and link-local address ranges (RFC 1918, 4193, 3927,
 * 4291).
 */
const PRIVATE_HOST = new RegExp(
  [
    '[^.:]+',
    '.*\\.(?:localhost|local|internal|test)',
    '(?:0|10|127)(?:\\.\\d+){3}',
    '(?:192\\.168|169\\.254|172\\.(?:1[6-9]|2\\d|3[01]))(?:\\.\\d+){2}',
    '\\[(?:::1?|f[cd].*|fe[89ab].*)\\]',
  ]
    .map((host) => `^${host}$`)
    .join('|'),
  'i',
);

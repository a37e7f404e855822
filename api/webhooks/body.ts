import { Problem } from '../../domain/problem';

/** The JSON of a signed body. @throws 400 `invalid_payload` if it is none */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw notAnEvent();
  }
}

export const notAnEvent = () => new Problem('invalid_payload', 'The body is signed, but it is not an event.');

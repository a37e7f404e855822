import type { z } from 'zod';
import { Problem } from '../../domain/problem';

/** What a schema makes of a part of a request. Throws `invalid` if it is not valid. */
export function parse<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap(causes).map(({ path, message }) => ({ path: path.join('.'), message })));
}

/** Of a union, what is wrong with the form that comes closest: one that knows all fields, else with fewest faults. */
function causes(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const distance = (faults: z.core.$ZodIssue[]) =>
    faults.length + (faults.some(({ code }) => code === 'unrecognized_keys') ? MANY_FAULTS : 0);
  const [closest] = issue.errors.toSorted((one, other) => distance(one) - distance(other));
  if (closest === undefined) return [issue];
  return closest.flatMap((inner) => causes({ ...inner, path: [...issue.path, ...inner.path] }));
}

const MANY_FAULTS = 1_000;

/** `400 invalid_request` with what is wrong where, at most fifty entries. */
export const invalid = (errors: { path: string; message: string }[]): Problem =>
  new Problem('invalid_request', 'The request is not valid; see `errors`.', {
    errors: errors.slice(0, 50),
  });

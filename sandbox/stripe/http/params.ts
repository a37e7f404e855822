/**
 * How request parameters are read. They arrive as text in Stripe's bracket syntax (`line_items[0][price]=…`), or as
 * JSON from the control API. Each resource declares with these readers which parameters it takes; any other is
 * refused as Stripe refuses it.
 */
import { invalid } from './errors';

export interface Param<T> {
  read(value: unknown, name: string): T;
  readonly isRequired?: true;
}

export interface RequiredParam<T> extends Param<T> {
  readonly isRequired: true;
}

export type Shape = Record<string, Param<unknown>>;

type RequiredKeys<S extends Shape> = { [K in keyof S]: S[K] extends RequiredParam<unknown> ? K : never }[keyof S];

/** The type a shape reads to: required parameters are present, the rest may be undefined. */
export type Read<S extends Shape> = {
  [K in RequiredKeys<S>]: S[K] extends Param<infer T> ? T : never;
} & {
  [K in Exclude<keyof S, RequiredKeys<S>>]?: (S[K] extends Param<infer T> ? T : never) | undefined;
};

export function required<T>(param: Param<T>): RequiredParam<T> {
  return { read: param.read, isRequired: true };
}

export function text({ max = 5000 }: { max?: number } = {}): Param<string> {
  return {
    read(value, name) {
      if (typeof value === 'number') return String(value);
      if (typeof value !== 'string') throw invalid(`Invalid string: ${show(value)}`, { param: name });
      if (value === '') throw cannotUnset(name);
      if (value.length > max)
        throw invalid(`Invalid string: ${shorten(value)}; must be at most ${max} characters`, { param: name });
      return value;
    },
  };
}

export function integer({ min, max }: { min?: number; max?: number } = {}): Param<number> {
  return {
    read(value, name) {
      if (value === '') throw cannotUnset(name);
      const number = typeof value === 'number' ? value : /^[+-]?\d+$/.test(String(value)) ? Number(value) : Number.NaN;
      const code = 'parameter_invalid_integer';
      if (!Number.isSafeInteger(number)) throw invalid(`Invalid integer: ${show(value)}`, { code, param: name });
      if (min !== undefined && number < min)
        throw invalid(`This value must be greater than or equal to ${min}.`, { code, param: name });
      if (max !== undefined && number > max)
        throw invalid(`This value must be less than or equal to ${max} (it currently is '${number}').`, {
          code,
          param: name,
        });
      return number;
    },
  };
}

export const flag: Param<boolean> = {
  read(value, name) {
    if (value === true || value === 'true' || value === '1') return true;
    if (value === false || value === 'false' || value === '0') return false;
    throw invalid(`Invalid boolean: ${show(value)}`, { param: name });
  },
};

export function oneOf<const T extends string>(...choices: T[]): Param<T> {
  return {
    read(value, name) {
      const chosen = choices.find((choice) => choice === value);
      if (chosen === undefined) throw invalid(`Invalid ${name}: must be one of ${enumerate(choices)}`, { param: name });
      return chosen;
    },
  };
}

export function list<T>(item: Param<T>, { max }: { max?: number } = {}): Param<T[]> {
  return {
    read(value, name) {
      const items = asArray(value);
      if (items === undefined) throw invalid('Invalid array', { param: name });
      if (max !== undefined && items.length > max)
        throw invalid(`Array above the max size of ${max}: ${items.length} given for ${name}.`, { param: name });
      return items.map((each, index) => item.read(each, `${name}[${index}]`));
    },
  };
}

export function group<S extends Shape>(shape: S): Param<Read<S>> {
  return {
    read(value, name) {
      if (!isRecord(value)) throw invalid('Invalid object', { param: name });
      return readShape(shape, value, name);
    },
  };
}

/** The same, or the empty string (null in JSON), which unsets the field. */
export function emptyable<T>(param: Param<T>): Param<T | null> {
  return { read: (value, name) => (value === '' || value === null ? null : param.read(value, name)) };
}

/** A parameter Stripe knows but the sandbox does not act on: accepted as it is. */
export const known: Param<unknown> = { read: (value) => value };

/** A parameter Stripe knows but the sandbox cannot honour: refused, so that no caller believes it took effect. */
export const unsupported: Param<never> = {
  read(_value, name) {
    throw invalid(`This sandbox does not support \`${name}\`.`, { param: name });
  },
};

/** A moment in seconds, or `{ gt, gte, lt, lte }`. */
export const range: Param<{
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
}> = {
  read(value, name) {
    if (!isRecord(value)) {
      const exactly = integer().read(value, name);
      return { gte: exactly, lte: exactly };
    }
    return readShape({ gt: integer(), gte: integer(), lt: integer(), lte: integer() }, value, name);
  },
};

export const url: Param<string> = {
  read(value, name) {
    const address = text({ max: 5000 }).read(value, name);
    if (!/^https?:\/\//.test(address) || !URL.canParse(address.replaceAll(/[{}]/g, '')))
      throw invalid('Not a valid URL', { code: 'url_invalid', param: name });
    return address;
  },
};

export const currency: Param<string> = {
  read(value, name) {
    const code = text().read(value, name).toLowerCase();
    if (!/^[a-z]{3}$/.test(code)) throw invalid(`Invalid currency: ${code}.`, { param: name });
    return code;
  },
};

/** A group for each of several currencies, by currency. */
export function byCurrency<S extends Shape>(shape: S): Param<Record<string, Read<S>>> {
  return {
    read(value, name) {
      if (!isRecord(value)) throw invalid('Invalid object', { param: name });
      return Object.fromEntries(
        Object.entries(value).map(([code, option]) => [
          currency.read(code, name),
          readShape(shape, isRecord(option) ? option : {}, `${name}[${code}]`),
        ]),
      );
    },
  };
}

export const email: Param<string> = {
  read(value, name) {
    const address = text({ max: 800 }).read(value, name);
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) || address.includes('..'))
      throw invalid(`Invalid email address: ${address}`, { code: 'email_invalid', param: name });
    return address;
  },
};

/** Reads every parameter of a shape. @throws Refusal for a wrong, missing or unknown parameter */
export function readShape<S extends Shape>(shape: S, given: Record<string, unknown>, within = ''): Read<S> {
  const nameOf = (key: string) => (within === '' ? key : `${within}[${key}]`);
  const unknown = Object.keys(given)
    .filter((key) => !Object.hasOwn(shape, key))
    .map(nameOf);
  if (unknown.length > 0)
    throw invalid(`Received unknown parameter${unknown.length > 1 ? 's' : ''}: ${unknown.join(', ')}`, {
      code: 'parameter_unknown',
      param: unknown[0] as string,
    });
  const read: Record<string, unknown> = {};
  for (const [key, param] of Object.entries(shape)) {
    const value = given[key];
    if (value !== undefined) read[key] = param.read(value, nameOf(key));
    else if (param.isRequired) throw missing(nameOf(key));
  }
  return read as Read<S>;
}

export const missing = (name: string) =>
  invalid(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asArray(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value === '') return [];
  if (isRecord(value) && Object.keys(value).every((key) => /^\d+$/.test(key))) return Object.values(value);
  return undefined;
}

function cannotUnset(name: string) {
  return invalid(
    `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
    { code: 'parameter_invalid_empty', param: name },
  );
}

function enumerate(choices: string[]): string {
  if (choices.length < 2) return choices.join('');
  return `${choices.slice(0, -1).join(', ')}${choices.length > 2 ? ',' : ''} or ${choices.at(-1)}`;
}

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const shorten = (value: string) => `${value.slice(0, 4)}…${value.slice(-4)}`;

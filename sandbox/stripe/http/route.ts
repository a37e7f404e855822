/** A resource of the API is a list of routes: method, path, parameters and what they do. */

import type { World } from '../world';
import { list, type Param, type Read, type Shape, text } from './params';

export interface Call<P> {
  world: World;
  params: P;
  /** The `:id` of the path. */
  id: string;
}

export interface Route {
  method: 'DELETE' | 'GET' | 'POST';
  path: string;
  shape: Shape;
  /** Answers with an object of Stripe's form. Synchronous, because it runs within one transaction. */
  run(call: Call<never>): object;
}

const expand: Param<string[]> = list(text());

/** Every route also takes `expand[]`. */
export function route<S extends Shape>(
  method: Route['method'],
  path: string,
  shape: S,
  run: (call: Call<Read<S>>) => object,
): Route {
  return { method, path, shape: { ...shape, expand }, run: run as Route['run'] };
}

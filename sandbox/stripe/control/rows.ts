import { type Read, readShape, type Shape } from '../http/params';
import type { Store } from '../store/store';

/** How a row of the control API is added: its path, what it reads, and what it does; the answer is what it returns. */
export type Order = <S extends Shape>(path: string, shape: S, run: (params: Read<S>, id: string) => unknown) => void;

interface Row {
  segments: string[];
  shape: Shape;
  run: (params: never, id: string) => unknown;
}

/** The orders that tests and people give, by path: the control API and its page do the same by the same row. */
export class ControlRows {
  private readonly rows: Row[] = [];

  constructor(private readonly store: Store) {}

  /** A row that is done in one transaction. */
  readonly order: Order = (path, shape, run) =>
    this.act(path, shape, (params, id) => this.store.transaction(() => run(params, id)));

  /** A row that waits, or sees to its transactions itself. */
  readonly act: Order = (path, shape, run) => {
    this.rows.push({ segments: path.split('/'), shape, run });
  };

  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** @throws Refusal when what is given does not read, or cannot be done */
  async perform(path: string, given: Record<string, unknown>): Promise<unknown> {
    const row = this.find(path);
    if (row === undefined) throw new Error(`no order has the path ${path}`);
    const id = path.split('/')[row.segments.indexOf(':id')] ?? '';
    return row.run(readShape(row.shape, given) as never, decodeURIComponent(id));
  }

  private find(path: string): Row | undefined {
    const segments = path.split('/');
    return this.rows.find(
      (row) =>
        row.segments.length === segments.length &&
        row.segments.every((segment, at) => segment === ':id' || segment === segments[at]),
    );
  }
}

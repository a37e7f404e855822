/**
 * All objects of one kind, in memory, in the order of their creation, found by id or by an indexed value. Objects are
 * never changed in place: a change puts a new object under the same id, so a reference to the old one (an event's
 * snapshot, an undo step) still shows the old state.
 */
export interface Stored {
  readonly id: string;
}

type KeyOf<T> = (item: T) => string | null;

interface Entry<T> {
  position: number;
  item: T;
}

interface Index<T> {
  keyOf: KeyOf<T>;
  positions: Map<string, number[]>;
}

export class Collection<T extends Stored, I extends string = never> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly order: string[] = [];
  private readonly indexes = new Map<string, Index<T>>();

  /** @param changed called before every change, with the object before and after it */
  constructor(
    readonly kind: string,
    private readonly changed: (
      collection: Collection<T, I>,
      id: string,
      before: T | undefined,
      after: T | null,
    ) => void,
    indexes: Record<I, KeyOf<T>>,
  ) {
    for (const [name, keyOf] of Object.entries<KeyOf<T>>(indexes))
      this.indexes.set(name, { keyOf, positions: new Map() });
  }

  get size(): number {
    return this.entries.size;
  }

  get(id: string): T | undefined {
    return this.entries.get(id)?.item;
  }

  put(item: T): T {
    this.changed(this, item.id, this.get(item.id), item);
    this.set(item.id, item);
    return item;
  }

  /** Changes some fields of an existing object. */
  patch(id: string, fields: Partial<T>): T {
    const before = this.get(id);
    if (before === undefined) throw new Error(`no ${this.kind} ${id}`);
    return this.put({ ...before, ...fields });
  }

  delete(id: string): void {
    const before = this.get(id);
    if (before === undefined) return;
    this.changed(this, id, before, null);
    this.set(id, null);
  }

  /** Puts or removes without calling `changed`: for loading and for undoing. */
  set(id: string, item: T | null): void {
    const entry = this.entries.get(id);
    if (item === null) {
      if (entry === undefined) return;
      this.reindex(entry.position, entry.item, undefined);
      this.entries.delete(id);
      if (entry.position === this.order.length - 1) this.order.pop();
      return;
    }
    const position = entry?.position ?? this.order.push(id) - 1;
    this.reindex(position, entry?.item, item);
    this.entries.set(id, { position, item });
  }

  /** Every object, oldest first. */
  [Symbol.iterator](): Generator<T> {
    return this.walk({ newestFirst: false });
  }

  /** The objects with this value in an index, oldest first. */
  by(index: I, key: string): T[] {
    return [...this.walk({ index, key, newestFirst: false })];
  }

  /** Walks all objects, or those with a value in an index, newest or oldest first, starting after the object `from`. */
  *walk(way: { index?: I; key?: string; from?: string; newestFirst: boolean }): Generator<T> {
    const positions = way.index === undefined ? undefined : (this.positionsOf(way.index, way.key ?? '') ?? []);
    const length = positions?.length ?? this.order.length;
    const from = way.from === undefined ? undefined : this.entries.get(way.from)?.position;
    const step = way.newestFirst ? -1 : 1;
    for (let at = way.newestFirst ? before(from) : after(from); at >= 0 && at < length; at += step) {
      const position = positions?.[at] ?? at;
      const entry = this.entries.get(this.order[position] as string);
      if (entry?.position === position) yield entry.item; // otherwise deleted, or created again later under the same id
    }

    function before(start: number | undefined): number {
      if (start === undefined) return length - 1;
      return (positions === undefined ? start : lowerBound(positions, start)) - 1;
    }
    function after(start: number | undefined): number {
      if (start === undefined) return 0;
      return positions === undefined ? start + 1 : lowerBound(positions, start + 1);
    }
  }

  private positionsOf(index: I, key: string): number[] | undefined {
    return this.indexes.get(index)?.positions.get(key);
  }

  private reindex(position: number, before: T | undefined, after: T | undefined): void {
    for (const { keyOf, positions } of this.indexes.values()) {
      const old = before === undefined ? null : keyOf(before);
      const now = after === undefined ? null : keyOf(after);
      if (old === now) continue;
      if (old !== null) {
        const sorted = positions.get(old);
        sorted?.splice(lowerBound(sorted, position), 1);
        if (sorted?.length === 0) positions.delete(old);
      }
      if (now !== null) {
        const sorted = positions.get(now) ?? [];
        sorted.splice(lowerBound(sorted, position), 0, position);
        positions.set(now, sorted);
      }
    }
  }
}

/** The index at which a position stands, or would stand, in a sorted array. */
function lowerBound(sorted: number[], position: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts what is under way in this process, by key, and admits no more than `most` at once. */
export class AtOnce {
  private readonly underWay = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Admits one more: returns the function that ends it; null if there are too many. */
  enter(key: string): (() => void) | null {
    const already = this.underWay.get(key) ?? 0;
    if (already >= this.most) return null;
    this.underWay.set(key, already + 1);
    return () => {
      const left = (this.underWay.get(key) ?? 1) - 1;
      if (left > 0) this.underWay.set(key, left);
      else this.underWay.delete(key);
    };
  }
}

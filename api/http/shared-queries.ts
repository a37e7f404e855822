/** A query under way, and the one that follows it if anybody waits for that. */
interface Running<T> {
  answer: Promise<T>;
  next: Promise<T> | null;
}

/**
 * Runs one query at a time for each key. Those who ask while it runs share the next one, which begins when it ends. So
 * no answer is older than its question, and two queries answer everybody who asks at once.
 */
export class SharedQueries<T> {
  private readonly running = new Map<string, Running<T>>();

  /** @param query is the same for everybody who asks with this key */
  ask(key: string, query: () => Promise<T>): Promise<T> {
    const running = this.running.get(key);
    if (running === undefined) return this.run(key, query);
    const begin = () => this.run(key, query);
    running.next ??= running.answer.then(begin, begin);
    return running.next;
  }

  private run(key: string, query: () => Promise<T>): Promise<T> {
    const own: Running<T> = { answer: Promise.resolve().then(query), next: null };
    this.running.set(key, own);
    const end = () => {
      if (own.next === null) this.running.delete(key); // else the next one takes its place
    };
    own.answer.then(end, end);
    return own.answer;
  }
}

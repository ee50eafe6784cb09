/** Which trials of a list to read anew: first those of which something was heard, then, where nothing can be heard, those not read for longest. */
export class Due {
  /** From when on to read it, in milliseconds, by trial. */
  private readonly heard = new Map<string, number>();
  private readonly readAt = new Map<string, number>();

  /** Something happened to a trial. */
  hear(id: string): void {
    if (!this.heard.has(id)) this.heard.set(id, 0);
  }

  /** A trial is to be read again, but not before then. */
  later(id: string, from: number): void {
    if (!this.heard.has(id)) this.heard.set(id, from);
  }

  /** A trial was read now. */
  read(id: string, now: number): void {
    this.readAt.set(id, now);
  }

  /** Forget what was heard of others than these; whether there was any. */
  only(known: { has: (id: string) => boolean }): boolean {
    const others = [...this.heard.keys()].filter((id) => !known.has(id));
    for (const id of others) this.heard.delete(id);
    for (const id of [...this.readAt.keys()]) if (!known.has(id)) this.readAt.delete(id);
    return others.length > 0;
  }

  /** Take at most so many. `unheard` are those that may have changed without a word. */
  take(most: number, now: number, unheard: readonly string[] = []): string[] {
    const heard = [...this.heard].filter(([, from]) => from <= now).map(([id]) => id);
    const longest = [...unheard].sort((left, right) => (this.readAt.get(left) ?? 0) - (this.readAt.get(right) ?? 0));
    const taken = [...new Set([...heard, ...longest])].slice(0, most);
    for (const id of taken) {
      this.heard.delete(id);
      this.readAt.set(id, now);
    }
    return taken;
  }

  /** Whether a trial is still to be read for what was heard of it. */
  get waiting(): boolean {
    return this.heard.size > 0;
  }

  clear(): void {
    this.heard.clear();
    this.readAt.clear();
  }
}

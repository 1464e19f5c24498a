/**
 * Which of our ids stands for which recorded one, one to one. Ids that no answer gave (of collections, of requests) stand for themselves.
 * In texts such as log paths every number counts as an id.
 */
export class RecordedIDs {
  private readonly ours = new Map<string, string>();
  private readonly theirs = new Map<string, string>();

  /** On first sight they belong together from then on; false when either belongs to another already. */
  pair(recorded: bigint, ours: bigint): boolean {
    const known = this.ours.get(String(recorded));
    if (known !== undefined) return known === String(ours);
    if (this.theirs.has(String(ours))) return false;
    this.ours.set(String(recorded), String(ours));
    this.theirs.set(String(ours), String(recorded));
    return true;
  }

  /** The same text but for its numbers, each of which belongs to the other from then on. */
  pairTexts(recorded: string, ours: string): boolean {
    if (recorded.replace(/\d+/g, '#') !== ours.replace(/\d+/g, '#')) return false;
    const numbers = ours.match(/\d+/g) ?? [];
    return (recorded.match(/\d+/g) ?? []).every((number, at) => {
      const own = numbers[at] ?? '';
      return this.text(number) === own || this.pair(BigInt(number), BigInt(own));
    });
  }

  id(recorded: bigint): bigint {
    const known = this.ours.get(String(recorded));
    return known === undefined ? recorded : BigInt(known);
  }

  text(recorded: string): string {
    return recorded.replace(/\d+/g, (number) => this.ours.get(number) ?? number);
  }

  /** A recorded message as we would send it. */
  message<Message>(recorded: Message): Message {
    // The same type with other ids in it, which a type cannot follow.
    return this.value(recorded) as Message;
  }

  private value(recorded: unknown): unknown {
    if (typeof recorded === 'bigint') return this.id(recorded);
    if (typeof recorded === 'string') return this.text(recorded);
    if (recorded instanceof Map) throw new Error('no recorded message has a map with numbers for keys');
    if (Array.isArray(recorded)) return recorded.map((item) => this.value(item));
    if (recorded instanceof Uint8Array || typeof recorded !== 'object' || recorded === null) return recorded;
    return Object.fromEntries(
      Object.entries(recorded).map(([name, member]) => [this.text(name), this.value(member)]),
    );
  }
}

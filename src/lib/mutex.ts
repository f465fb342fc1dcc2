/** Lets one holder at a time in, in the order they came. */
export class Mutex {
  readonly #waiting: (() => void)[] = [];
  #held = false;

  /** Resolves when the caller holds it; at once, without a turn of the event loop, when nobody does. */
  acquire(): Promise<void> | undefined {
    if (!this.#held) {
      this.#held = true;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Hands it to whoever has waited longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }
}

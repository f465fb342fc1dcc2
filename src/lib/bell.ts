/** Lets one waiter know that something has happened. A ring between two waits is not lost; several count as one. */
export class Bell {
  #rung = false;
  #end: () => void = () => {};

  ring(): void {
    this.#rung = true;
    this.#end();
  }

  /** Resolves with true once the bell has rung since the last wait, with false after `milliseconds` or at the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && !signal.aborted && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.#end, { once: true });
      });
      signal.removeEventListener('abort', this.#end);
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}

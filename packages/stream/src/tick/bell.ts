/** Wakes the one loop that waits for a change. A ring that nobody waits for is forgotten: look at the state before waiting. */
export class Bell {
  private wake: (() => void) | undefined;

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  ring(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

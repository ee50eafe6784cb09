/** Does something when asked: at once the first time, and with pauses of so many milliseconds however often it is asked. */
export class Paced {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = -Infinity;

  constructor(
    private readonly act: () => void,
    private readonly pause: number,
  ) {}

  readonly ask = (): void => {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.last = performance.now();
        this.act();
      },
      Math.max(0, this.last + this.pause - performance.now()),
    );
  };

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

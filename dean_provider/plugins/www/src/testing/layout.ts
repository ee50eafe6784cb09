/** jsdom lays nothing out and draws nothing: here every box has a size, so that virtual lists have rows, and a canvas takes whatever is drawn. */
export function laidOutLikeABrowser(): void {
  for (const side of ["offsetHeight", "clientHeight"] as const) Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => 600 });
  for (const side of ["offsetWidth", "clientWidth"] as const) Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => 1000 });
  const nothing = (): unknown => new Proxy(() => nothing(), { get: (_, name) => (name === "canvas" ? document.createElement("canvas") : name === "width" ? 10 : nothing()), set: () => true });
  HTMLCanvasElement.prototype.getContext = nothing as never;
  globalThis.Path2D ??= class {
    moveTo() {}
    lineTo() {}
    rect() {}
    arc() {}
    closePath() {}
    bezierCurveTo() {}
    addPath() {}
  } as never;
}

"use strict";
// Reading values: pointing at a chart, or arrow keys on it, shows the values of the nearest generation.
for (const area of document.querySelectorAll(".area")) {
  const source = area.querySelector("script");
  if (!source) continue;
  const data = JSON.parse(source.textContent);
  const cursor = area.querySelector(".cursor");
  const reading = area.querySelector(".reading");
  const plot = area.closest(".plot");
  let current = data.at.length - 1;

  const line = (style, name, value) => {
    const row = document.createElement("span");
    const swatch = document.createElement("i");
    const strong = document.createElement("b");
    swatch.className = "swatch s-" + style;
    strong.textContent = value;
    row.append(swatch, name + " ", strong);
    return row;
  };
  const show = (index) => {
    current = Math.max(0, Math.min(data.at.length - 1, index));
    const at = data.at[current];
    const head = document.createElement("em");
    head.textContent = data.heads[current];
    reading.replaceChildren(head, ...data.rows.map((row) => line(row.style, row.name, row.values[current])));
    cursor.style.left = at + "%";
    reading.style.left = at < 50 ? at + "%" : "";
    reading.style.right = at < 50 ? "" : 100 - at + "%";
    cursor.hidden = reading.hidden = false;
  };
  const hide = () => { cursor.hidden = reading.hidden = true; };
  const nearest = (percent) => {
    let low = 0, high = data.at.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (data.at[middle] < percent) low = middle; else high = middle;
    }
    return percent - data.at[low] < data.at[high] - percent ? low : high;
  };
  const follow = (event) => {
    const box = area.getBoundingClientRect();
    show(nearest(100 * (event.clientX - box.left) / box.width));
  };

  area.addEventListener("pointermove", follow);
  area.addEventListener("pointerdown", follow);
  area.addEventListener("pointerleave", hide);
  plot.addEventListener("focus", () => show(current));
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const stride = event.shiftKey ? 10 : 1;
    const to = { ArrowLeft: current - stride, ArrowRight: current + stride, Home: 0, End: data.at.length - 1 }[event.key];
    if (event.key === "Escape") hide();
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
}

// On paper everything is open.
const closed = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) { closed.push(part); part.open = true; }
});
addEventListener("afterprint", () => { for (const part of closed.splice(0)) part.open = false; });

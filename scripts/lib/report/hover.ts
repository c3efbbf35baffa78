/**
 * The reports' only script: on hover or touch a chart shows the figures of the nearest moment. Without scripts the
 * page loses nothing else. Plain browser JavaScript, inlined as it is.
 */
export const HOVER_SCRIPT = `
for (const figure of document.querySelectorAll("figure.chart")) {
  const { times, series } = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  for (const plot of figure.querySelectorAll(".plot")) {
    const [left, , right] = plot.dataset.plot.split(" ").map(Number);
    const drawingWidth = plot.querySelector("svg").viewBox.baseVal.width;
    const cursor = plot.appendChild(Object.assign(document.createElement("div"), { className: "cursor" }));
    const tip = plot.appendChild(Object.assign(document.createElement("div"), { className: "tip" }));
    const hide = () => { cursor.style.display = tip.style.display = "none"; };
    plot.addEventListener("pointerleave", hide);
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * drawingWidth;
      const first = times[0], last = times[times.length - 1];
      const time = first + ((x - left) / (right - left)) * (last - first);
      if (time < first || time > last) return hide();
      let index = times.findIndex((moment) => moment >= time);
      if (index > 0 && time - times[index - 1] < times[index] - time) index -= 1;
      const at = (left + ((times[index] - first) / (last - first)) * (right - left)) / drawingWidth * box.width;
      cursor.style.display = tip.style.display = "block";
      cursor.style.left = at + "px";
      tip.textContent = "";
      const when = new Date(times[index] * 1000).toISOString();
      tip.append(Object.assign(document.createElement("b"), { textContent: when.slice(0, 10) + " " + when.slice(11, 16) + " UTC" }));
      for (const { name, color, labels } of series) {
        const line = tip.appendChild(document.createElement("div"));
        const key = line.appendChild(Object.assign(document.createElement("i"), { className: "key" }));
        key.style.setProperty("--key", "var(--" + color + ")");
        line.append(name + ": " + labels[index]);
      }
      const width = tip.offsetWidth;
      tip.style.left = (at + 14 + width > box.width ? Math.max(0, at - 14 - width) : at + 14) + "px";
    });
  }
}
`;

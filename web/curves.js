// A curve over control steps as SVG: its newest value, its range, what came of earlier starts, and nothing else.
const NAMESPACE = "http://www.w3.org/2000/svg";
const LEFT = 38, RIGHT = 6, TOP = 6, BOTTOM = 16;

/** `earlier` and `now` hold the steps `made` by the end of each episode, and beside them its values of this `name`. */
export function drawCurve(svg, earlier, now, name, write, range = null) {
  const { width, height } = svg.getBoundingClientRect();
  svg.replaceChildren();
  const made = [...earlier.made, ...now.made], values = [...earlier[name], ...now[name]];
  if (!values.length || !width) return;
  const [low, high] = range ?? padded(Math.min(...values), Math.max(...values));
  const last = values.length - 1, span = Math.max(made[last] - made[0], 1);
  const x = (steps) => LEFT + (width - LEFT - RIGHT) * (last > 0 ? (steps - made[0]) / span : 1);
  const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  for (const value of [low, high]) {
    add(svg, "line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) });
    text(svg, LEFT - 6, y(value) + 4, write(value), "end");
  }
  for (const [kind, part] of [["curve earlier", earlier], ["curve", now]])
    add(svg, "polyline", { class: kind, points: part[name].map((value, i) => `${x(part.made[i])},${y(value)}`).join(" ") });
  add(svg, "circle", { class: "point", cx: x(made[last]), cy: y(values[last]), r: 3.5 });
  text(svg, LEFT, height - 1, `${made[0]}`, "start");
  text(svg, width - RIGHT, height - 1, `${made[last]} steps: ${write(values[last])}`, "end");
}

function padded(low, high) {
  const room = Math.max(high - low, 1e-3) * 0.05;
  return [low - room, high + room];
}

function text(svg, x, y, words, anchor) {
  add(svg, "text", { x, y, "text-anchor": anchor }).textContent = words;
}

function add(svg, name, attributes) {
  const element = svg.appendChild(document.createElementNS(NAMESPACE, name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

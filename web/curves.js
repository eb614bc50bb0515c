// A curve over episodes as SVG: its newest value, its range, and nothing else.
const NAMESPACE = "http://www.w3.org/2000/svg";
const LEFT = 38, RIGHT = 6, TOP = 6, BOTTOM = 16;

export function drawCurve(svg, values, write, range = null) {
  const { width, height } = svg.getBoundingClientRect();
  svg.replaceChildren();
  if (!values.length || !width) return;
  const [low, high] = range ?? padded(Math.min(...values), Math.max(...values));
  const x = (i) => LEFT + (width - LEFT - RIGHT) * (values.length > 1 ? i / (values.length - 1) : 1);
  const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  for (const value of [low, high]) {
    add(svg, "line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) });
    text(svg, LEFT - 6, y(value) + 4, write(value), "end");
  }
  add(svg, "polyline", { class: "curve", points: values.map((value, i) => `${x(i)},${y(value)}`).join(" ") });
  const last = values.length - 1;
  add(svg, "circle", { class: "point", cx: x(last), cy: y(values[last]), r: 3.5 });
  text(svg, LEFT, height - 1, "1", "start");
  text(svg, width - RIGHT, height - 1, `${values.length}: ${write(values[last])}`, "end");
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

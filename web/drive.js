// Everything that is held to drive: arrow keys, the stick, the handle in the view. Letting go of all of it stops.
const PERIOD = 1000 / 30;
const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };  // x, y in the arm's base frame

export class Drive {
  /** `say(word)` sends one word to the console; `speed()` is the part of full speed that is wanted. */
  constructor(stick, view, say, speed) {
    this.say = say;
    this.speed = speed;
    this.stick = stick;
    this.keys = new Set();
    this.push = null;
    this.dragging = false;
    this.timer = null;
    this.enabled = true;
    this.listenToStick();
    this.listenToKeys(window);
    view.addEventListener("load", () => this.listenToView(view.contentWindow));
    document.addEventListener("visibilitychange", () => document.hidden && this.letGo());
    window.addEventListener("pagehide", () => this.letGo());
  }

  /** Let go of everything, or of all but the handle: the window has lost its focus, or the connection is gone. */
  letGo(dragging = false) {
    this.keys.clear();
    this.push = null;
    this.dragging = dragging;
    this.showStick();
    this.changed();
  }

  listenToKeys(target) {
    target.addEventListener("keydown", (event) => {
      if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches?.("input, select, textarea")) return;
      event.preventDefault();
      event.stopPropagation();  // the view would turn its camera
      if (event.repeat || !this.enabled) return;
      this.keys.add(event.key);
      this.changed();
    }, { capture: true });
    target.addEventListener("keyup", (event) => {
      if (this.keys.delete(event.key)) this.changed();
    }, { capture: true });
    // Pressing into the view takes the focus from the page around it: that lets go of all but the handle.
    target.addEventListener("blur", () => this.letGo(target === window && this.dragging));
  }

  listenToView(view) {
    this.listenToKeys(view);
    view.addEventListener("pointerdown", () => { this.dragging = this.enabled; this.changed(); }, { capture: true });
    for (const name of ["pointerup", "pointercancel"])
      view.addEventListener(name, () => { this.dragging = false; this.changed(); }, { capture: true });
  }

  listenToStick() {
    const follow = (event) => {
      const box = this.stick.getBoundingClientRect();
      const radius = box.width / 2;
      const right = (event.clientX - box.left - radius) / radius, down = (event.clientY - box.top - radius) / radius;
      const shrink = Math.max(Math.hypot(right, down), 1);
      this.push = [down / shrink, right / shrink];
      this.showStick();
    };
    this.stick.addEventListener("pointerdown", (event) => {
      if (!this.enabled) return;
      this.stick.setPointerCapture(event.pointerId);
      follow(event);
      this.changed();
    });
    this.stick.addEventListener("pointermove", (event) => this.push && follow(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"])
      this.stick.addEventListener(name, () => { this.push = null; this.showStick(); this.changed(); });
  }

  showStick() {
    const [x, y] = this.push ?? [0, 0];
    this.stick.classList.toggle("held", this.push !== null);
    this.stick.firstElementChild.style.transform = `translate(${y * 38}px, ${x * 38}px)`;
  }

  get held() {
    return this.keys.size > 0 || this.push !== null || this.dragging;
  }

  /** Something was pressed or let go: say so at once, then again and again while held. */
  changed() {
    if (this.held) {
      this.speak();
      this.timer ??= setInterval(() => this.speak(), PERIOD);
    } else if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
      this.say({ kind: "release" });
    }
  }

  speak() {
    if (!this.keys.size && this.push === null) return this.say({ kind: "drag" });
    const [x, y] = this.push ?? this.direction();
    this.say({ kind: "drive", direction: [x * this.speed(), y * this.speed()] });
  }

  direction() {
    let x = 0, y = 0;
    for (const key of this.keys) { x += KEYS[key][0]; y += KEYS[key][1]; }
    const length = Math.max(Math.hypot(x, y), 1);
    return [x / length, y / length];
  }
}

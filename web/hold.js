// A button that counts only while it is held: by mouse, finger, or the space bar on it.
const PERIOD = 1000 / 30;

export class HoldButton {
  /** `say(held)` is called again and again while held, and once when it is let go. */
  constructor(button, say) {
    this.button = button;
    this.say = say;
    this.timer = null;
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.hold();
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"])
      button.addEventListener(name, () => this.letGo());
    button.addEventListener("contextmenu", (event) => event.preventDefault());  // a long touch opens one
    button.addEventListener("keydown", (event) => event.key === " " && !event.repeat && this.hold());
    button.addEventListener("keyup", (event) => event.key === " " && this.letGo());
    document.addEventListener("visibilitychange", () => document.hidden && this.letGo());
    for (const name of ["blur", "pagehide"]) window.addEventListener(name, () => this.letGo());
  }

  hold() {
    this.button.setAttribute("aria-pressed", true);
    this.say(true);
    this.timer ??= setInterval(() => this.say(true), PERIOD);
  }

  letGo() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.button.setAttribute("aria-pressed", false);
    this.say(false);
  }
}

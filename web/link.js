// The page's socket: says what is said, hears what comes, and knows when the console is gone.
const SILENCE = 2000, AGAIN = 1000;  // ms

export class Link {
  /** `heard[kind](value)` for each message, `picture(blob)` for each camera picture, `changed(open)` for the link. */
  constructor(heard, picture, changed) {
    Object.assign(this, { heard, picture, changed, open: false, last: 0 });
    this.connect();
    setInterval(() => this.open && performance.now() - this.last > SILENCE && this.socket.close(), 250);
  }

  /** Whether the word went out. */
  say(word) {
    if (!this.open) return false;
    this.socket.send(JSON.stringify(word));
    return true;
  }

  connect() {
    const socket = this.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`);
    socket.binaryType = "blob";
    socket.onopen = () => this.set(true);
    socket.onmessage = (message) => this.hear(message.data);
    socket.onclose = () => { this.set(false); setTimeout(() => this.connect(), AGAIN); };
  }

  set(open) {
    this.last = performance.now();
    this.open = open;
    this.changed(open);
  }

  hear(data) {
    this.last = performance.now();
    if (data instanceof Blob) return this.picture(data);
    const { kind, ...value } = JSON.parse(data);
    this.heard[kind](value);
  }
}

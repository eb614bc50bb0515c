// The page that asks what to do next. Once a graph answers at this address, its page takes the place of this one.
import { Link } from "./link.js";

const $ = (id) => document.getElementById(id);
const leave = () => location.reload();
const heard = { offers: showOffers, state: leave, history: leave, notice: leave, farewell: leave };
const link = new Link(heard, leave, showLink);

function showLink(open) {
  const starting = !$("starting").hidden;
  $("link").textContent = open ? "connected" : starting ? "starting" : "not connected";
  $("link").dataset.level = open ? "ok" : starting ? "silent" : "error";
  if (!open) $("offers").replaceChildren();
}

function showOffers({ offers }) {
  if ($("offers").children.length) return;
  $("starting").hidden = true;
  $("offers").replaceChildren(...offers.map(card));
}

function card({ mode, words, refusal }) {
  const [card, button, text] = ["section", "button", "p"].map((name) => document.createElement(name));
  card.className = "card";
  button.textContent = mode[0].toUpperCase() + mode.slice(1);
  button.dataset.mode = mode;
  button.className = "primary";
  button.disabled = refusal !== null;
  button.onclick = () => { if (link.say({ kind: "choose", text: mode })) $("starting").hidden = false; };
  text.textContent = words;
  card.append(button, text);
  if (refusal !== null) {
    const why = document.createElement("p");
    why.className = "quiet";
    why.textContent = `Not now: ${refusal}`;
    card.append(why);
  }
  return card;
}

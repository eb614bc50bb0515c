// The operator's page: what the console says goes into the page, what the operator does goes to the console.
import { drawCurve } from "./curves.js";
import { Drive } from "./drive.js";
import { HoldButton } from "./hold.js";
import { Link } from "./link.js";

const $ = (id) => document.getElementById(id);
const MARK_KEYS = { 1: "start", 2: "success", 3: "failure", 4: "discard" };
let state = null, history = null, ended = false, noticeTimer = null;

const heard = { state: showState, history: showHistory, notice: showNotice, farewell: hearFarewell,
  offers: () => location.reload() };  // no graph runs here any more: what shall be done next?
const link = new Link(heard, showPicture, showLink);
const drive = new Drive($("stick"), $("view"), (word) => link.say(word), () => $("speed").value / 100);
const allowing = new HoldButton($("allow"), (on) => link.say({ kind: "allow", on }));

$("stop").onclick = stop;
$("resume").onclick = () => link.say({ kind: "resume" });
$("reset").onclick = () => link.say({ kind: "reset" });
$("pause").onclick = () => link.say({ kind: "pause", on: !state.learner.paused });
$("control").onclick = () => link.say({ kind: "control", on: state.control !== "you" });
$("cameras").onchange = (event) => link.say({ kind: "camera", text: event.target.value });
$("speed").oninput = () => ($("speed-value").value = `${$("speed").value} %`);
for (const button of document.querySelectorAll("[data-mark]")) button.onclick = () => mark(button.dataset.mark);
$("end").onclick = () => link.say({ kind: "end" });
$("undo").onclick = () => link.say({ kind: "correct", text: "undo" });
$("judge").onclick = () => link.say({ kind: "correct", text: otherOutcome() });
window.addEventListener("resize", () => history && showHistory(history));
listenToShortcuts(window);
$("view").addEventListener("load", () => listenToShortcuts($("view").contentWindow));
$("view").src = "view/";  // now that everybody listens to its load

function listenToShortcuts(target) {
  target.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") stop();
    else if (event.key in MARK_KEYS && !event.target.matches?.("input, select")) mark(MARK_KEYS[event.key]);
  });
}

function stop() {
  drive.letGo();
  allowing.letGo();
  if (!link.say({ kind: "stop" })) showNotice({ text: "Not connected: use the robot's own emergency stop.", bad: true });
}

function mark(text) {
  if (!document.querySelector(`[data-mark="${text}"]`).disabled) link.say({ kind: "mark", text });
}

/** What the last demonstration would be if it had been judged wrongly. */
function otherOutcome() {
  return state.recorded.last === "success" ? "failure" : "success";
}

/** The console ends, and says so: the connection that is lost next is no accident. */
function hearFarewell() {
  ended = true;
}

function showLink(open) {
  if (open && ended) return location.reload();  // another graph runs here now
  $("lost-why").textContent = ended ? "The graph has ended." : "Connection lost.";
  $("lost-then").textContent = ended ? "This page comes back with the next one that is started here."
    : "Nothing can be driven or stopped from this page until it is back.";
  $("lost").hidden = open;
  $("link").textContent = open ? "connected" : "not connected";
  $("link").dataset.level = open ? "ok" : "error";
  if (!open) { drive.letGo(); allowing.letGo(); allow({}, {}, false); showUnknown(); }
}

/** What was last heard is no longer known to be so. */
function showUnknown() {
  $("stopped").hidden = $("driving").hidden = true;
  $("activity").textContent = ended ? "ended" : "not connected";
  for (const line of $("nodes").children) line.dataset.level = "silent";
}

function showState(now) {
  state = now;
  const { arm, actor, learner, episode } = now;
  $("mode").hidden = !actor.mode;
  $("mode").textContent = actor.mode;
  $("stopped").hidden = !arm.stopped;
  $("reason").textContent = arm.stopped ? `${arm.reason}.` : "";
  $("allow").hidden = now.held === null || arm.lockstep === true;
  $("allow").textContent = now.held ? "Held: it may move" : "Hold: let it move";
  showEpisode(now);
  $("driving").hidden = now.driving === "nobody" && now.control === "nobody";
  $("driving").textContent = now.driving === "another" || now.control === "another" ? "another page has control"
    : now.driving === "you" ? "you drive" : "you have control";
  $("control").setAttribute("aria-pressed", now.control === "you");
  $("control").textContent = now.control === "you" ? "Give control back" : "Take control";
  const policyWaits = ["train", "eval"].includes(actor.mode) && now.control === "nobody";
  $("let-go").textContent = policyWaits ? "the policy goes on" : "the arm stands still";
  $("learning-card").hidden = learner.version === undefined;
  if (learner.version !== undefined) showLearning(actor, learner);
  showCameras(now.cameras, now.camera);
  $("nodes").replaceChildren(...now.nodes.map(nodeLine));
  allow(arm, { ...episode, mode: actor.mode, recorded: now.recorded.last }, true);
}

function showEpisode({ activity, episode, recorded, last, counts }) {
  $("number").textContent = episode.number ?? "";
  $("activity").textContent = activity;
  $("recorded-row").hidden = !recorded.message;
  $("recorded").textContent = recorded.message;
  $("judge").textContent = `Was a ${otherOutcome()}`;
  if (last) $("last").textContent =
    `last: ${last.outcome}, ${last.steps} steps in ${last.seconds.toFixed(1)} s, return ${last.sum_of_rewards.toFixed(2)}`;
  for (const [name, count] of Object.entries(counts)) $(name).textContent = count;
  $("tally").hidden = !recorded.message && !last;
  $("tally").textContent = recorded.message || last && `${counts.success} of ${counts.success + counts.failure} a success, `
    + `the last: ${last.steps} steps, ${last.outcome}`;
}

function showLearning(actor, learner) {
  $("learning").textContent = learner.paused ? "paused" : learner.message;
  const known = actor.version >= 0;
  $("version").textContent = known ? actor.version : "none yet";
  $("behind").textContent = known ? learner.version - actor.version : "–";
  $("age").textContent = known ? `${actor.weights_age.toFixed(1)} s ago` : "–";
  $("steps").textContent = learner.environment_steps.toLocaleString("en");
  $("rate").textContent = learner.updates_per_second.toFixed(0);
  $("pause").setAttribute("aria-pressed", learner.paused);
  $("pause").textContent = learner.paused ? "Go on learning" : "Pause learning";
}

/** Only what makes sense now can be pressed. */
function allow(arm, { state, mode, recorded }, connected) {
  const running = connected && state === "running";
  const there = connected && arm.stopped !== undefined;
  for (const button of document.querySelectorAll("[data-mark]"))
    button.disabled = button.dataset.mark === "start" ? !(there && state === "waiting" && !arm.stopped) : !running;
  $("reset").disabled = !there || running;
  $("undo").disabled = $("judge").disabled = !connected || running || !recorded;
  $("pause").disabled = $("cameras").disabled = $("end").disabled = !connected;
  $("control").hidden = !mode || mode === "collect";
  drive.enabled = there && !arm.stopped && !arm.lockstep;
  $("stick").classList.toggle("off", !drive.enabled);
  $("drive-card").hidden = arm.lockstep === true;  // the world waits for the nodes: nobody can drive
}

function showHistory(told) {
  history = told;
  const { earlier, now, window } = told;
  $("curves-card").hidden = earlier.made.length + now.made.length < 2;  // one episode is no curve
  $("earlier").hidden = !earlier.made.length;
  $("window").textContent = window;
  drawCurve($("success-curve"), earlier, now, "success", (value) => `${Math.round(100 * value)} %`, [0, 1]);
  drawCurve($("return-curve"), earlier, now, "returns", (value) => value.toPrecision(3));
}

function showCameras(topics, watched) {
  const select = $("cameras");
  if ([...select.options].slice(1).map((option) => option.value).join() !== topics.join())
    select.replaceChildren(new Option("off", ""), ...topics.map((topic) => new Option(topic, topic)));
  if (document.activeElement !== select) select.value = watched;
  $("camera-card").hidden = !topics.length;
  if (!watched) $("camera").hidden = true;
}

function showPicture(blob) {
  const image = $("camera"), before = image.src;
  image.src = URL.createObjectURL(blob);
  image.hidden = false;
  if (before) URL.revokeObjectURL(before);
}

function nodeLine({ name, level, message }) {
  const line = document.createElement("li"), title = document.createElement("b"), words = document.createElement("span");
  line.dataset.level = level;
  title.textContent = name;
  words.textContent = message;
  line.append(title, words);
  return line;
}

function showNotice({ text, bad }) {
  $("notice").textContent = text;
  $("notice").classList.toggle("bad", bad);
  $("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => ($("notice").hidden = true), bad ? 6000 : 2500);
}

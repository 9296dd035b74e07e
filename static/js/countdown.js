/* Clocks that count down by the server's time, also after the machine slept.
   The page brings the server's `now`; the offset to this machine's clock is taken once and asked for again whenever the
   page may be older than it looks: after sleep, from the back button, when this machine's clock was set. */
const texts = JSON.parse(document.getElementById("houtai-texts").textContent);
const HOUR = 3600_000;
const JUMP = 5_000;
let offset = 0;
let known = false;
let lastTick = Date.now();

const pad = (number) => String(number).padStart(2, "0");

function spell(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = { days: Math.floor(seconds / 86400), hours: Math.floor((seconds % 86400) / 3600), minutes: Math.floor((seconds % 3600) / 60), seconds: seconds % 60 };
  const pattern = parts.days ? texts.days : seconds >= 3600 ? texts.hours : texts.minutes;
  return pattern.replace(/%\((\w+)\)(02)?d/g, (_, name, padded) => (padded ? pad(parts[name]) : parts[name]));
}

function stateOf(left) {
  if (left < 0) return "overdue";
  if (left <= HOUR) return "red";
  return left <= 4 * HOUR ? "amber" : "green";
}

function paint(clock) {
  if (clock.dataset.state === "paused") return;
  const left = Date.parse(clock.dataset.due) - (Date.now() + offset);
  const state = stateOf(left);
  const text = clock.querySelector("[data-countdown-text]");
  const shown = spell(Math.abs(left));
  if (text.textContent !== shown) text.textContent = shown;
  if (state === clock.dataset.state) return;
  clock.classList.replace(`countdown-${clock.dataset.state}`, `countdown-${state}`);
  clock.dataset.state = state;
  clock.title = texts[state];
  const label = clock.querySelector("[data-countdown-label]");
  label.textContent = texts[state];
  label.classList.toggle("visually-hidden", state !== "overdue");
  clock.dispatchEvent(new CustomEvent("houtai:clock", { bubbles: true, detail: { state } }));
}

function learn(clocks) {
  if (known || !clocks.length) return;
  offset = Date.parse(clocks[0].dataset.now) - Date.now();
  known = true;
}

async function ask() {
  try {
    const sent = Date.now();
    const response = await fetch(import.meta.url, { method: "HEAD", cache: "no-store" });
    const said = Date.parse(response.headers.get("Date"));
    if (Number.isNaN(said)) return;
    offset = said + 500 - (sent + Date.now()) / 2;
    known = true;
    tick();
  } catch { /* offline: the last offset stays */ }
}

function tick() {
  const now = Date.now();
  if (Math.abs(now - lastTick - 1000) > JUMP) ask();
  lastTick = now;
  const clocks = document.querySelectorAll("[data-countdown]");
  learn(clocks);
  clocks.forEach(paint);
}

if (document.querySelector("[data-countdown]") && performance.getEntriesByType("navigation")[0]?.type === "back_forward") ask();
tick();
setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
document.addEventListener("htmx:afterSettle", tick);

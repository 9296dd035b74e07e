/* Keys: / search, ? help, J/K through rows (through the list on a row's page), X picks a row, Enter opens it, Esc lets
   go of it. Switched off on the help page (cookie keys=off). */
const off = /(?:^|; )keys=off(?:;|$)/.test(document.cookie);
const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable], dialog");
const rows = () => [...document.querySelectorAll("[data-rows] > *")].filter((row) => row.querySelector("a"));
const current = () => document.querySelector("[data-rows] > .cursor");
const step = (way) => document.querySelector(`[data-step="${way}"]`);

function move(by) {
  const all = rows();
  if (!all.length) return step(by > 0 ? "next" : "previous")?.click();
  const at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  all.forEach((row) => row.classList.toggle("cursor", row === next));
  next.querySelector("a").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const acts = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.querySelector("[data-help]")?.click(),
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const row = current();
  if (event.key === "Escape" && row) return row.classList.remove("cursor");
  if (event.key === "Enter" && row && !event.target.closest("a, button, summary")) {
    event.preventDefault();
    return row.querySelector("a").click();
  }
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

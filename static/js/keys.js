/* Keys: / search, ? help, J/K through rows, X picks a row, Enter opens it. Switched off on the help page (cookie keys=off). */
const off = /(?:^|; )keys=off(?:;|$)/.test(document.cookie);
const typing = (target) => target.closest("input, select, textarea, [contenteditable], dialog");
const rows = () => [...document.querySelectorAll("[data-rows] > *")].filter((row) => row.querySelector("a"));
const current = () => document.querySelector("[data-rows] > .cursor");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
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
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

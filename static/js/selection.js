/* Ticking rows of a list: shift-click takes a range, Esc clears, the count is spoken. What is meant by the ticks, and by
   "all that match", the server decides; without this script the boxes and buttons do the same. */
const form = document.querySelector("form[data-selection]");
if (form) {
  const bar = form.querySelector("[data-batch-bar]");
  const boxes = () => [...form.querySelectorAll("[data-rows] input[name=id]")];
  const pages = [...form.querySelectorAll("[data-select-page]")];
  const every = form.querySelector("[data-select-all]");
  const count = form.querySelector("[data-selected]");
  let last = null;

  function show() {
    const all = boxes();
    const ticked = all.filter((box) => box.checked);
    const whole = all.length > 0 && ticked.length === all.length;
    if (every) {
      if (!whole) every.checked = false;
      form.querySelector("[data-select-all-label]").hidden = !whole;
    }
    all.forEach((box) => box.closest("tr").classList.toggle("picked", box.checked));
    pages.forEach((page) => {
      page.checked = whole;
      page.indeterminate = ticked.length > 0 && !whole;
    });
    if (!bar) return;
    const some = ticked.length > 0;
    const words = every?.checked ? count.dataset.every : some ? count.dataset.some : count.dataset.none;
    const text = words.replace("{count}", ticked.length);
    if (count.textContent !== text) count.textContent = text;
    bar.classList.toggle("is-idle", !some);
    bar.querySelectorAll("[data-verb]").forEach((button) => { button.disabled = !some; });
    bar.querySelector("[data-select-none]").hidden = !some;
    const what = bar.querySelector("[data-export]");
    if (what) what.textContent = some && !every?.checked ? what.dataset.some : what.dataset.none;
  }

  function clear() {
    boxes().forEach((box) => { box.checked = false; });
    last = null;
    show();
  }

  form.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-rows] input[name=id]")) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
    }
    last = box;
  });
  form.addEventListener("change", (event) => {
    if (pages.includes(event.target)) boxes().forEach((box) => { box.checked = event.target.checked; });
    show();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-select-none]")) clear();
  });
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input:not([type=checkbox]), select, textarea, dialog, details[open]");
    if (event.key === "Escape" && !event.isComposing && !busy && boxes().some((box) => box.checked)) clear();
  });
  window.addEventListener("pageshow", show);
  show();
}

/* List pages: send only filters that say something, keep line breaks of pasted numbers apart, show the current tab,
   move columns without asking the server, close a panel where it opened. */
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-list-form]")) return;
  const empty = [...event.target.elements].filter((field) => field.name && !field.value);
  empty.forEach((field) => { field.disabled = true; });
  setTimeout(() => empty.forEach((field) => { field.disabled = false; }), 500);
});

document.addEventListener("paste", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-paste-list]")) return;
  const text = event.clipboardData.getData("text");
  if (!/[\r\n\t]/.test(text)) return;
  event.preventDefault();
  field.setRangeText(text.trim().split(/[\s,;，；、]+/).join(" "), field.selectionStart, field.selectionEnd, "end");
});

document.addEventListener("click", (event) => {
  const move = event.target.closest("[data-columns] [data-move]");
  if (move) {
    event.preventDefault();
    const line = move.closest("li");
    const other = move.dataset.move === "up" ? line.previousElementSibling : line.nextElementSibling;
    if (!other?.querySelector("[data-move]")) return;
    if (move.dataset.move === "up") other.before(line); else other.after(line);
    move.focus();
  }
  const close = event.target.closest("[data-close-panel]");
  if (close) {
    event.preventDefault();
    close.closest("#list-columns, #list-views").replaceChildren();
  }
});

// A panel that opens takes the focus; the one already open makes room for it.
document.addEventListener("htmx:afterSwap", (event) => {
  const panel = event.detail.target;
  if (!["list-filters", "list-columns", "list-views"].includes(panel.id)) return;
  document.querySelectorAll("#list-filters, #list-columns, #list-views").forEach((one) => { if (one !== panel) one.replaceChildren(); });
  panel.querySelector("input:not([type=hidden]):not([disabled]), select, button:not([tabindex])")?.focus();
});

document.querySelectorAll("[data-tabs] [aria-current]").forEach((tab) => {
  tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 40;
});

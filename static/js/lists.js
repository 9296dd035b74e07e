/* List pages: send only filters that say something, keep line breaks of pasted numbers apart, show the current tab. */
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

document.querySelectorAll("[data-tabs] [aria-current]").forEach((tab) => {
  tab.parentElement.scrollLeft = tab.offsetLeft - 40;
});

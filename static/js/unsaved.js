/* A form with data-unsaved warns before the page is left with something typed and not sent. */
const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => { if (!event.defaultPrevented) dirty.delete(event.target); });
document.addEventListener("houtai:saved", (event) => dirty.delete(event.target));
addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

/* “Somebody else is on it”: htmx asks every half minute; only while the page is in front, and silently when it can't. */
for (const name of ["htmx:beforeRequest", "htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    if (!event.target.closest?.("[data-presence]")) return;
    if (name !== "htmx:beforeRequest") event.stopImmediatePropagation();
    else if (document.hidden) event.preventDefault();
  }, true);
}

/* Menus made of <details data-pop> close on Esc, on a click outside and when another opens; the side menu slides in on phones. */
const side = document.querySelector("[data-menu]");
const opened = () => document.querySelectorAll("details[data-pop][open]");

document.addEventListener("click", (event) => {
  opened().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  if (event.target.closest("[data-menu-open]")) { event.preventDefault(); openSide(); }
  if (event.target.closest("[data-menu-close]")) { event.preventDefault(); closeSide(); }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  opened().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  if (side?.classList.contains("open")) closeSide();
});

let cameFrom = null;

function openSide() {
  if (!side) return;
  cameFrom = document.activeElement;
  side.classList.add("open");
  (side.querySelector("[aria-current]") ?? side.querySelector(".side-link"))?.focus();
}

function closeSide() {
  side?.classList.remove("open");
  if (location.hash === "#menu") history.replaceState(null, "", location.pathname + location.search);
  cameFrom?.focus();
}

side?.addEventListener("focusout", (event) => {
  if (side.classList.contains("open") && event.relatedTarget && !side.contains(event.relatedTarget)) closeSide();
});

/* Short messages: they leave by themselves unless the pointer or the focus is on them; other modules send houtai:toast. */
const box = document.querySelector("[data-toasts]");
const texts = JSON.parse(document.getElementById("houtai-texts").textContent);
const SHOWN_MS = 6000;

function leaveLater(note) {
  let timer = setTimeout(() => note.remove(), SHOWN_MS);
  const stay = () => clearTimeout(timer);
  const go = () => { stay(); timer = setTimeout(() => note.remove(), SHOWN_MS); };
  note.addEventListener("pointerenter", stay);
  note.addEventListener("pointerleave", go);
  note.addEventListener("focusin", stay);
  note.addEventListener("focusout", go);
}

function show(text, tone = "success") {
  const note = document.createElement("div");
  note.className = `toast-note tone-${tone}`;
  note.dataset.toast = "";
  const body = document.createElement("div");
  body.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", texts.close);
  close.textContent = "×";
  note.append(body, close);
  box.append(note);
  leaveLater(note);
}

box.querySelectorAll("[data-toast]").forEach(leaveLater);
box.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});
document.addEventListener("houtai:toast", (event) => show(event.detail.text, event.detail.tone));
document.addEventListener("htmx:sendError", () => show(texts.offline, "danger"));
document.addEventListener("htmx:responseError", (event) => show(texts.refused.replace("%(status)s", event.detail.xhr.status), "danger"));

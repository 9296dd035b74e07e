/* The evidence desk without full page loads: sends the page's own forms and swaps the parts of the answer in.
   Everything works as plain forms without it. Other modules say "desk:send" (form data to post) or "desk:refresh". */
const desk = document.querySelector("[data-desk]");
const status = document.querySelector("[data-desk-status]");
let queue = Promise.resolve();

function swap(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  if (!answer.querySelector("[data-desk]")) {
    location.reload();
    return false;
  }
  const focused = document.activeElement?.id;
  answer.querySelectorAll("[data-desk-part]").forEach((part) => {
    document.querySelector(`[data-desk-part="${part.dataset.deskPart}"]`)?.replaceWith(part);
  });
  document.querySelectorAll("#main > .alert-danger").forEach((alert) => alert.remove());
  const refusals = answer.querySelectorAll("#main > .alert-danger");
  refusals.forEach((alert) => desk.before(alert));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (refusals.length) refusals[0].focus();
  status.textContent = refusals.length ? refusals[0].textContent.trim() : desk.dataset.saved;
  return true;
}

function lost() {
  status.textContent = desk.dataset.lost;
  const alert = document.createElement("div");
  alert.className = "alert alert-danger";
  alert.setAttribute("role", "alert");
  alert.textContent = desk.dataset.lost;
  document.querySelectorAll("#main > .alert-danger").forEach((one) => one.remove());
  desk.before(alert);
}

function ask(url, options) {
  queue = queue.then(async () => {
    desk.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { credentials: "same-origin", ...options });
      swap(await answer.text());
    } catch {
      lost();
    } finally {
      desk.removeAttribute("aria-busy");
    }
  });
  return queue;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-desk-form]")) return;
  event.preventDefault();
  ask(event.submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body: new FormData(form, event.submitter) });
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-desk-form]");
  if (form?.dataset.deskForm === "" && event.target.matches("input[type=checkbox], input[type=text]")) form.requestSubmit();
});

document.addEventListener("desk:send", (event) => ask(event.detail.url, { method: "POST", body: event.detail.body }));
document.addEventListener("desk:refresh", () => ask(desk.dataset.url, {}));
desk.classList.add("is-scripted");
document.documentElement.classList.add("has-script");

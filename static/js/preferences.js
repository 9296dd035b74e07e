/* Light or dark changes at once, without loading the page again; the server remembers it in a cookie. */
const root = document.documentElement;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  root.dataset.theme = chosen;
  form.querySelectorAll("[aria-pressed]").forEach((one) => one.setAttribute("aria-pressed", String(one.value === chosen)));
  form.closest("details").open = false;
  const body = new FormData(form, event.submitter);
  await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
}, true);

/* Forms: ask before what data-confirm says, send once, submit a filter when its select changes, focus what needs looking at.
   All of it is convenience; the server refuses doubles and asks for one-way doors by itself. */
const texts = JSON.parse(document.getElementById("houtai-texts").textContent);

function button(text, className) {
  const one = document.createElement("button");
  one.textContent = text;
  one.className = `btn ${className}`;
  one.type = "button";
  return one;
}

function ask(sentence) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  const words = document.createElement("p");
  words.id = "ask-sentence";
  words.textContent = sentence;
  dialog.setAttribute("aria-labelledby", words.id);
  const line = document.createElement("div");
  line.className = "d-flex gap-2 justify-content-end";
  const no = button(texts.cancel, "btn-secondary");
  const yes = button(texts.confirm, "btn-primary");
  line.append(no, yes);
  dialog.append(words, line);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close("no"));
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || form.target === "_blank" || "noGuard" in form.dataset) return;
  const submitter = event.submitter;
  const sentence = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (sentence && !("confirmed" in form.dataset)) {
    event.preventDefault();
    event.stopPropagation();
    if (await ask(sentence)) {
      form.dataset.confirmed = "";
      form.requestSubmit(submitter);
    }
    return;
  }
  delete form.dataset.confirmed;
  if ("sending" in form.dataset) { event.preventDefault(); return; }
  if ([...form.attributes].some((attribute) => attribute.name.startsWith("hx-"))) return;
  form.dataset.sending = "";
  submitter?.setAttribute("aria-busy", "true");
}, true);

addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy"));
  });
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

/* A refused form is the answer to a POST: in the history it stands as the page it was sent from, so that Back and reload
   never ask to send it again. */
const answered = document.querySelector("[data-refused]") && !document.querySelector("[data-preview]");
if (answered && document.referrer.startsWith(`${location.origin}/`)) {
  document.querySelectorAll("form:not([action])").forEach((form) => { form.action = location.href; });
  history.replaceState(history.state, "", document.referrer);
}

const needsLook = document.querySelector("[data-focus]") ?? document.querySelector("form .is-invalid");
needsLook?.focus();

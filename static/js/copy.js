/* Buttons with data-copy put their value on the clipboard and say so. */
const texts = JSON.parse(document.getElementById("houtai-texts").textContent);
const say = (text, tone) => document.dispatchEvent(new CustomEvent("houtai:toast", { detail: { text, tone } }));

function byHand(value) {
  const field = document.createElement("textarea");
  field.value = value;
  field.setAttribute("readonly", "");
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const value = button.dataset.copy;
  let done = false;
  try {
    await navigator.clipboard.writeText(value);
    done = true;
  } catch {
    done = byHand(value);
  }
  if (done) say(texts.copied.replace("%(value)s", value));
  else say(texts.notCopied, "danger");
  button.focus();
});

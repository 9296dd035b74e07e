/* Uploading on the evidence desk: choose, take, drop or paste; each file is previewed, checked and sent by itself with its
   own progress, so one bad file never costs the good ones. A file dropped on a voucher's box is ticked for it. */
const form = document.querySelector("form[data-upload]");

if (form) {
  const list = form.querySelector("[data-uploads]");
  const words = form.dataset;
  const KINDS = /\.(jpe?g|png|webp|hei[cf]|mpo)$/i;
  const waiting = [];
  let sending = false;
  let picking = null; // the slots of the box whose own button was clicked

  function line(file) {
    const item = document.createElement("li");
    item.className = "upload";
    const preview = document.createElement("img");
    preview.alt = "";
    preview.src = URL.createObjectURL(file);
    preview.addEventListener("error", () => { preview.hidden = true; });
    const text = document.createElement("div");
    const name = document.createElement("strong");
    name.textContent = file.name;
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    text.append(name, said, bar);
    item.append(preview, text);
    list.append(item);
    return {
      item,
      say(sentence) { said.textContent = sentence; },
      progress(share) { bar.value = share; },
      done() { URL.revokeObjectURL(preview.src); item.remove(); },
      failed(sentence, again) {
        item.classList.add("is-refused");
        bar.remove();
        said.setAttribute("role", "alert");
        said.textContent = sentence;
        if (again) item.append(button(words.again, () => { item.remove(); add(file, again); }));
        item.append(button(words.dismiss, () => item.remove()));
      },
    };
  }

  function button(text, act) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "btn btn-sm btn-secondary";
    one.textContent = text;
    one.addEventListener("click", act);
    return one;
  }

  function objection(file) {
    if (file.size > Number(words.maxBytes)) return words.tooLarge;
    if (!file.type.startsWith("image/") && !KINDS.test(file.name)) return words.wrongKind;
    return "";
  }

  function ticked() {
    return [...form.querySelectorAll("input[name=slots]:checked")].map((one) => one.value);
  }

  function untick() { // a tick is for the pictures chosen with it; the next ones show something else
    form.querySelectorAll("input[name=slots]:checked").forEach((one) => { one.checked = false; });
  }

  function add(file, slots = ticked()) {
    const shown = line(file);
    const sentence = objection(file);
    if (sentence) {
      shown.failed(sentence);
      return;
    }
    shown.say(words.waiting);
    waiting.push({ file, shown, slots });
    if (!sending) next();
  }

  function next() {
    const job = waiting.shift();
    sending = Boolean(job);
    if (!job) {
      document.dispatchEvent(new CustomEvent("desk:refresh"));
      return;
    }
    send(job);
  }

  function send({ file, shown, slots }) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    slots.forEach((slot) => body.append("slots", slot));
    body.append("files", file, file.name || "photo.jpg");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.progress((event.loaded / event.total) * 100);
      shown.say(event.loaded === event.total ? words.checking : words.sending);
    });
    request.addEventListener("load", () => {
      if (request.status === 200) {
        shown.say(words.done);
        shown.done();
      } else {
        shown.failed(request.response?.refused?.join(document.documentElement.lang.startsWith("zh") ? "" : " ") || words.broken, request.response ? null : slots);
      }
      next();
    });
    request.addEventListener("error", () => { shown.failed(words.broken, slots); next(); });
    request.send(body);
  }

  form.querySelectorAll("[data-pick]").forEach((input) => {
    input.addEventListener("change", () => {
      const slots = picking ?? ticked();
      [...input.files].forEach((file) => add(file, slots));
      input.value = "";
      if (!picking) untick();
      picking = null;
    });
    input.addEventListener("cancel", () => { picking = null; });
    input.addEventListener("click", (event) => { if (event.isTrusted) picking = null; }); // the general button, not a box's
  });

  document.addEventListener("click", (event) => {
    const slot = event.target.closest("[data-pick-slot]")?.dataset.pickSlot;
    if (!slot) return;
    picking = [slot];
    form.querySelector("[data-pick]").click();
  });

  form.addEventListener("submit", (event) => event.preventDefault());

  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    files.forEach((file) => add(file));
  });

  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const zone = (event) => event.target.closest?.("[data-drop], [data-slot]");

  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.querySelectorAll(".is-over").forEach((one) => one.classList.remove("is-over"));
    (zone(event) ?? form.querySelector("[data-drop]")).classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelectorAll(".is-over").forEach((one) => one.classList.remove("is-over"));
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.querySelectorAll(".is-over").forEach((one) => one.classList.remove("is-over"));
    const slot = zone(event)?.dataset.slot;
    [...event.dataTransfer.files].forEach((file) => add(file, slot ? [slot] : ticked()));
  });

  addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
}

// A lost parcel's ways out: only what the chosen one needs is shown, and the button names the act and the amount.
const form = document.querySelector("[data-ways]");
const button = form?.querySelector("button.btn-primary");

function show() {
  const way = form.querySelector("[name=way]:checked")?.value;
  if (!way) return;
  for (const part of form.querySelectorAll("[data-way]")) part.hidden = !part.dataset.way.split(" ").includes(way);
  button.textContent = button.dataset[way].replace("{amount}", form.elements.amount.value.replace(/^[\s¥￥]+/, "").trim() || "…");
}

if (form) {
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}

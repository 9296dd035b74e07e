/* Reordering the desk's pictures by dragging their grip; the arrow buttons do the same without a mouse. */
let moved = null;
let placeholder = null;

const grid = () => document.querySelector("[data-order-url]");

function over(x, y) {
  return [...grid().querySelectorAll("[data-voucher]")].find((card) => {
    const box = card.getBoundingClientRect();
    return card !== moved && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  });
}

function order() {
  return [...grid().querySelectorAll("[data-voucher]")].map((card) => card.dataset.voucher);
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  moved = grip.closest("[data-voucher]");
  placeholder = order().join();
  moved.classList.add("is-moving");
  document.documentElement.classList.add("is-dragging");
});

document.addEventListener("pointermove", (event) => {
  if (!moved) return;
  const target = over(event.clientX, event.clientY);
  if (!target) return;
  const cards = [...grid().children];
  if (cards.indexOf(target) > cards.indexOf(moved)) target.after(moved);
  else target.before(moved);
});

function drop() {
  if (!moved) return;
  moved.classList.remove("is-moving");
  document.documentElement.classList.remove("is-dragging");
  const now = order();
  if (now.join() !== placeholder) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", moved.querySelector("[name=csrfmiddlewaretoken]").value);
    now.forEach((uuid) => body.append("voucher", uuid));
    document.dispatchEvent(new CustomEvent("desk:send", { detail: { url: grid().dataset.orderUrl, body } }));
  }
  moved = null;
}

document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);

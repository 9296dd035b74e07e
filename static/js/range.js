/* The ends of an amount range as two sliders: they write into the fields, the fields move them. The upper end's last
   place is “no upper end”. Without this script the fields alone are there. */
const box = document.querySelector("[data-range]");

function link(slider, low) {
  const field = document.getElementById(slider.dataset.rangeOf);
  const follow = () => {
    const yuan = Number.parseFloat(field.value.replace(/[¥￥,\s]/g, ""));
    slider.value = Number.isFinite(yuan) ? yuan : low ? slider.min : slider.max;
    slider.setAttribute("aria-valuetext", field.value || slider.value);
  };
  slider.addEventListener("input", (event) => {
    event.stopPropagation();
    const open = low ? slider.value === slider.min : slider.value === slider.max;
    field.value = open ? "" : slider.value;
    slider.setAttribute("aria-valuetext", field.value || slider.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  slider.addEventListener("change", (event) => event.stopPropagation());
  field.addEventListener("input", (event) => { if (event.isTrusted) follow(); });
  follow();
}

if (box && Number(box.dataset.most) > 0) {
  const [from, to] = box.querySelectorAll("[data-range-of]");
  link(from, true);
  link(to, false);
  box.hidden = false;
}

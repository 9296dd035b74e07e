/* The picture viewer of the whole house: every <a data-view> opens it, the others of its [data-view-group] are next and
   previous. Zoom by wheel, buttons, + and −; turn by L and R; D downloads; drag to move; Esc closes. Without this script
   the link opens the picture. */
const viewer = document.querySelector("[data-viewer]");
const image = viewer?.querySelector("[data-viewer-image]");
const stage = viewer?.querySelector("[data-viewer-stage]");
const caption = viewer?.querySelector("[data-viewer-caption]");
const download = viewer?.querySelector("[data-viewer-download]");
let links = [];
let at = 0;
let zoom = 1;
let turn = 0;
let x = 0;
let y = 0;

function draw() {
  image.style.transform = `translate(${x}px, ${y}px) rotate(${turn}deg) scale(${zoom})`;
  viewer.dataset.zoomed = zoom > 1 ? "yes" : "no";
}

function fit() {
  const lying = turn % 180 !== 0;
  const [width, height] = lying ? [image.naturalHeight, image.naturalWidth] : [image.naturalWidth, image.naturalHeight];
  const scale = Math.min(stage.clientWidth / width, stage.clientHeight / height, 1);
  image.style.width = `${image.naturalWidth * scale}px`;
  image.style.height = `${image.naturalHeight * scale}px`;
}

function reset() {
  zoom = 1;
  x = 0;
  y = 0;
  if (image.naturalWidth) fit();
  draw();
}

function show(index) {
  at = (index + links.length) % links.length;
  const link = links[at];
  turn = Number(link.dataset.turn ?? 0);
  image.src = link.href;
  download.href = link.href;
  download.download = link.dataset.name ?? "";
  image.alt = link.querySelector("img")?.alt ?? "";
  caption.textContent = [link.dataset.caption, links.length > 1 ? `${at + 1} / ${links.length}` : ""].filter(Boolean).join(" · ");
  viewer.querySelectorAll("[data-viewer-do=previous], [data-viewer-do=next]").forEach((one) => { one.hidden = links.length < 2; });
  reset();
}

function scaleBy(factor, towardsX = 0, towardsY = 0) {
  const before = zoom;
  zoom = Math.min(12, Math.max(1, zoom * factor));
  const grown = zoom / before;
  x = zoom === 1 ? 0 : towardsX - (towardsX - x) * grown;
  y = zoom === 1 ? 0 : towardsY - (towardsY - y) * grown;
  draw();
}

function fromMiddle(event) {
  const box = stage.getBoundingClientRect();
  return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
}

function turnBy(degrees) {
  turn = (turn + degrees + 360) % 360;
  reset();
}

const acts = {
  previous: () => show(at - 1), next: () => show(at + 1), in: () => scaleBy(1.5), out: () => scaleBy(1 / 1.5),
  fit: reset, left: () => turnBy(-90), right: () => turnBy(90), download: () => download.click(), close: () => viewer.close(),
};
const keys = { ArrowLeft: "previous", ArrowRight: "next", "+": "in", "=": "in", "-": "out", 0: "fit", l: "left", r: "right", d: "download" };

function drag(event) {
  if (zoom === 1 || event.button) return;
  const start = { x: event.clientX - x, y: event.clientY - y };
  stage.setPointerCapture(event.pointerId);
  const move = (moved) => { x = moved.clientX - start.x; y = moved.clientY - start.y; draw(); };
  const stop = () => stage.removeEventListener("pointermove", move);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", stop, { once: true });
  stage.addEventListener("pointercancel", stop, { once: true });
}

if (viewer) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-view]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    links = [...(link.closest("[data-view-group]") ?? link.parentElement).querySelectorAll("a[data-view]")];
    viewer.showModal();
    show(links.indexOf(link));
  });
  image.addEventListener("load", reset);
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-viewer-do]");
    if (button) acts[button.dataset.viewerDo]();
    else if (event.target === stage && zoom === 1) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? "" : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (event.key !== "Escape") event.stopPropagation();
    if (!act) return;
    event.preventDefault();
    acts[act]();
  });
  viewer.addEventListener("close", () => { image.removeAttribute("src"); links[at]?.focus(); });
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    scaleBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...fromMiddle(event));
  }, { passive: false });
  stage.addEventListener("pointerdown", drag);
  stage.addEventListener("dblclick", (event) => {
    if (zoom > 1) reset();
    else scaleBy(3, ...fromMiddle(event));
  });
}

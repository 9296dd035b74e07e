/* Pictures marked data-viewer open in a dialog: zoom (+ − 0, wheel), turn (r), next and previous (arrows), Esc closes.
   Without JavaScript the link shows the picture itself. Sizes are set as attributes and properties, never as markup. */
const links = [...document.querySelectorAll("[data-viewer]")];

function tool(label, text, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = "button";
  one.textContent = text;
  one.setAttribute("aria-label", label);
  one.title = label;
  one.addEventListener("click", act);
  return one;
}

class Viewer {
  constructor(words) {
    this.dialog = document.createElement("dialog");
    this.dialog.className = "viewer";
    this.title = document.createElement("span");
    this.image = document.createElement("img");
    this.stage = document.createElement("div");
    this.stage.className = "viewer-stage";
    this.stage.tabIndex = 0;
    this.stage.append(this.image);
    const bar = document.createElement("div");
    bar.className = "viewer-bar";
    bar.append(
      this.title,
      tool(words.previous, "‹", () => this.step(-1)), tool(words.next, "›", () => this.step(1)),
      tool(words.out, "−", () => this.zoom(1 / 1.4)), tool(words.in, "+", () => this.zoom(1.4)),
      tool(words.fit, "▭", () => this.fit()), tool(words.turn, "⟳", () => this.turn()),
      tool(words.close, "✕", () => this.dialog.close()),
    );
    this.dialog.append(bar, this.stage);
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    }, { passive: false });
    this.image.addEventListener("load", () => this.fit());
    document.body.append(this.dialog);
  }

  show(index) {
    this.index = (index + links.length) % links.length;
    const link = links[this.index];
    this.angle = Number(link.dataset.turn || 0);
    this.title.textContent = link.dataset.caption || "";
    this.image.alt = link.dataset.caption || "";
    this.image.src = link.href;
    if (!this.dialog.open) this.dialog.showModal();
    this.stage.focus();
    if (this.image.complete) this.fit();
  }

  step(by) { this.show(this.index + by); }

  fit() {
    const sideways = this.angle % 180 !== 0;
    const width = sideways ? this.image.naturalHeight : this.image.naturalWidth;
    const height = sideways ? this.image.naturalWidth : this.image.naturalHeight;
    this.scale = Math.min(this.stage.clientWidth / width, this.stage.clientHeight / height, 1) || 1;
    this.draw();
  }

  zoom(by) {
    this.scale = Math.min(Math.max(this.scale * by, 0.05), 8);
    this.draw();
  }

  turn() {
    this.angle = (this.angle + 90) % 360;
    this.fit();
  }

  draw() {
    const width = this.image.naturalWidth * this.scale;
    const height = this.image.naturalHeight * this.scale;
    const sideways = this.angle % 180 !== 0;
    this.image.width = Math.round(width);
    this.image.height = Math.round(height);
    this.image.style.transform = `rotate(${this.angle}deg)`;
    const gap = sideways ? (width - height) / 2 : 0;
    this.image.style.marginBlock = gap > 0 ? `${gap}px` : "auto";
    this.image.style.marginInline = gap < 0 ? `${-gap}px` : "auto";
  }

  key(event) {
    const acts = {
      "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4), 0: () => this.fit(),
      r: () => this.turn(), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }
}

const words = document.getElementById("viewer-words");
if (links.length && words) {
  const viewer = new Viewer(JSON.parse(words.textContent));
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    viewer.show(index);
  }));
}

/* Runs before the first paint: the theme the server wrote (or its cookie, in the admin), else the system's.
   Small and blocking on purpose, or the page flashes. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const cookie = /(?:^|; )theme=(light|dark|auto)(?:;|$)/.exec(document.cookie);
  root.dataset.theme ??= cookie ? cookie[1] : "auto";
  const apply = () => {
    const chosen = root.dataset.theme;
    root.dataset.bsTheme = chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
  };
  apply();
  system.addEventListener("change", apply);
  new MutationObserver(apply).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
})();

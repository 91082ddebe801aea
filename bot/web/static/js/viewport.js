// Some phones lay their keyboard over the page; the composer must stay above it.

export function followKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    if (view.scale !== 1) return; // Zoomed in: the reader moves the page, not we.
    document.documentElement.style.setProperty("--view-height", `${Math.round(view.height)}px`);
    window.scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  fit();
}

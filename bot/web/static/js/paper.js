// On paper everything is unfolded; afterwards it is as it was.

export function unfoldForPrinting() {
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    unfolded.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => {
    unfolded.forEach((details) => (details.open = false));
    unfolded = [];
  });
}

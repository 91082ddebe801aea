// A button that opens a list; Esc, a choice or a click elsewhere closes it and gives the focus back.

export class Menu {
  #button;
  #list;

  constructor(button, list) {
    this.#button = button;
    this.#list = list;
    button.addEventListener("click", () => this.#show(list.hidden));
    list.addEventListener("click", (event) => event.target.closest("button") && this.close());
    list.addEventListener("keydown", (event) => this.#walk(event));
    document.addEventListener("click", (event) => this.#isOutside(event.target) && this.#show(false));
    list.parentElement.addEventListener("focusout", (event) => {
      if (event.relatedTarget && this.#isOutside(event.relatedTarget)) this.#show(false);
    });
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  close() {
    this.#show(false);
    this.#button.focus();
  }

  #show(isOpen) {
    this.#list.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.#list.querySelector("button").focus();
  }

  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.#list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length].focus();
  }

  #isOutside(target) {
    return !this.#list.parentElement.contains(target);
  }
}

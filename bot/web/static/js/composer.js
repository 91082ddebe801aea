// Where the citizen writes. Enter sends, Shift+Enter breaks the line, the focus stays.

import { byId } from "./dom.js";
import { read, write } from "./storage.js";
import { words } from "./words.js";

const LIMIT = 2000;
const NEAR = 200;
const DRAFT = "zhiwen.draft";

export class Composer {
  #form = byId("entry");
  #words = byId("words");
  #count = byId("count");
  #on;

  /** `on` has send(text) and recall(). */
  constructor(on) {
    this.#on = on;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#words.addEventListener("input", () => this.#changed());
    this.#words.addEventListener("keydown", (event) => this.#key(event));
    this.#words.value = read(DRAFT) ?? "";
    this.#changed();
  }

  focus() {
    this.#words.focus({ preventScroll: true });
  }

  fill(text) {
    this.#words.value = text;
    this.#changed();
    this.focus();
  }

  #send() {
    const text = this.#words.value.trim();
    this.focus();
    if (!text || length(text) > LIMIT) return;
    this.fill("");
    this.#on.send(text);
  }

  #key(event) {
    // While an input method composes, Enter belongs to it: it confirms the pinyin.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    }
    if (event.key === "ArrowUp" && !this.#words.value) {
      event.preventDefault();
      this.fill(this.#on.recall());
    }
  }

  #changed() {
    write(DRAFT, this.#words.value);
    this.#form.classList.toggle("empty", !this.#words.value.trim());
    this.#showCount(LIMIT - length(this.#words.value.trim()));
    this.#grow();
  }

  #showCount(left) {
    this.#count.textContent = left >= NEAR ? "" : left >= 0 ? words.left(left) : words.over(-left);
    this.#count.classList.toggle("over", left < 0);
    this.#words.setAttribute("aria-invalid", String(left < 0));
  }

  #grow() {
    this.#words.style.height = "auto";
    this.#words.style.height = `${this.#words.scrollHeight}px`;
  }
}

/** Characters as the service counts them: one for each code point. */
function length(text) {
  return [...text].length;
}

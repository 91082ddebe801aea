// Keeping the reader's place: follow one's own words, show an answer from its first line, never jump away.

import { byId } from "./dom.js";

const NEAR = 120;
const MARGIN = 16;

export class Scroll {
  #scroller = byId("scroller");
  #newer = byId("newer");
  #wasAtEnd = false;

  constructor() {
    this.#newer.addEventListener("click", () => this.toEnd());
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // The keyboard or a taller composer took some room: what was at the end stays at the end.
    new ResizeObserver(() => this.#wasAtEnd && this.toEnd()).observe(this.#scroller);
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  toEnd() {
    this.#newer.hidden = true;
    this.#move(this.#scroller.scrollHeight);
  }

  to(part) {
    this.#move(this.#topOf(part) - MARGIN);
  }

  /** `wasFollowing`: the reader stood at the end before this came. */
  arrived(article, wasFollowing) {
    if (!wasFollowing) return void (this.#newer.hidden = false);
    const end = this.#scroller.scrollHeight - this.#scroller.clientHeight;
    this.#move(Math.min(end, this.#topOf(article) - MARGIN));
  }

  #topOf(part) {
    return part.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top + this.#scroller.scrollTop;
  }

  #move(top) {
    this.#scroller.scrollTo({ top });
  }

  #scrolled() {
    this.#wasAtEnd = this.isAtEnd;
    if (this.#wasAtEnd) this.#newer.hidden = true;
  }
}

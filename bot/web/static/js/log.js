// The conversation on the page: every message once, in the order of its seq, unsent ones last.

import { element } from "./dom.js";
import { articleOf, showState } from "./message.js";
import { words } from "./words.js";

export class Log {
  #place;
  #on;
  #bySeq = new Map();
  #byId = new Map();
  #isLoading = false;

  /** `on` has choose(id, label, event), retry(id) and edit(entry). */
  constructor(place, on) {
    this.#place = place;
    this.#on = on;
  }

  get isEmpty() {
    return this.#place.childElementCount === 0;
  }

  get last() {
    return this.#place.lastElementChild;
  }

  /** The last thing that the citizen said, for recalling it. */
  lastSaid() {
    const said = [...this.#place.querySelectorAll(".message.citizen .words-said")];
    return said.length ? said[said.length - 1].textContent : "";
  }

  /** A message from the service; null when it is here already. */
  put(message) {
    if (this.#bySeq.has(message.seq)) return null;
    const known = message.from === "citizen" ? this.#byId.get(message.id) : undefined;
    if (known) return this.#adopt(known, message);
    const article = articleOf(complete(message), this.#on.choose);
    if (message.from === "citizen") this.#byId.set(message.id, article);
    this.#insert(article, message.seq);
    return article;
  }

  /** A message of this page that the service has not confirmed yet. */
  pending(entry) {
    const known = this.#byId.get(entry.id);
    const article = known ?? articleOf(complete({ from: "citizen", at: entry.at, text: entry.label }), this.#on.choose);
    if (!known) {
      this.#byId.set(entry.id, article);
      this.#insert(article, Infinity);
    }
    this.#show(article, entry);
    return article;
  }

  /** The service has taken it; it stands just before the first reply until its own seq is known. */
  sent(entry, answer) {
    const article = this.#byId.get(entry.id);
    if (!article) return;
    this.#show(article, { ...entry, state: "sent" });
    if (Number(article.dataset.seq) !== Infinity) return;
    this.#insert(article, (answer.replies[0]?.seq ?? answer.seq) - 0.5);
  }

  /** Takes back what was never sent. */
  remove(id) {
    this.#byId.get(id)?.remove();
    this.#byId.delete(id);
  }

  /** While the past is loaded it is not read aloud. */
  async quietly(load) {
    this.#place.setAttribute("aria-live", "off");
    this.#isLoading = true;
    try {
      return await load();
    } finally {
      this.#isLoading = false;
      this.#refresh();
      requestAnimationFrame(() => this.#place.setAttribute("aria-live", "polite"));
    }
  }

  #adopt(article, message) {
    this.#bySeq.set(message.seq, article);
    this.#show(article, { id: message.id, state: "sent" });
    this.#insert(article, message.seq);
    return null;
  }

  #show(article, entry) {
    showState(article, entry, { retry: () => this.#on.retry(entry.id), edit: () => this.#on.edit(entry) });
  }

  #insert(article, seq) {
    if (Number.isInteger(seq)) this.#bySeq.set(seq, article);
    article.dataset.seq = String(seq);
    const before = [...this.#place.children].reverse().find((other) => other !== article && Number(other.dataset.seq) <= seq);
    const next = before ? before.nextElementSibling : this.#place.firstElementChild;
    if (next !== article) this.#place.insertBefore(article, next);
    this.#refresh();
  }

  /** What depends on the neighbours: days, choices that were passed, the one that was taken. */
  #refresh() {
    if (this.#isLoading) return;
    const articles = [...this.#place.children];
    let day = null;
    for (const [index, article] of articles.entries()) {
      article.querySelector(".day").hidden = article.dataset.day === day;
      day = article.dataset.day;
      markChosen(article, articles[index + 1]);
    }
    let isPassed = false;
    for (const article of articles.reverse()) {
      article.classList.toggle("passed", isPassed);
      isPassed = isPassed || article.classList.contains("citizen");
    }
  }
}

function complete(message) {
  return { text: "", choices: [], cards: [], sources: [], at: Date.now(), ...message };
}

function markChosen(article, next) {
  if (!next?.classList.contains("citizen")) return;
  const said = next.querySelector(".words-said")?.textContent;
  for (const choice of article.querySelectorAll(".choice:not(.chosen)")) {
    if (choice.textContent !== said) continue;
    choice.classList.add("chosen");
    choice.append(element("span", { class: "unseen" }, `（${words.passed}）`));
  }
}

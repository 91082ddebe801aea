// The conversation on the page: every message once, in the order of its seq, unsent ones last.

import { element } from "./dom.js";
import { articleOf, showState } from "./message.js";
import { rendered } from "./render.js";
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

  /** The last thing that the citizen said, for recalling it. */
  lastSaid() {
    const said = [...this.#place.querySelectorAll(".message.citizen .words-said")];
    return said.length ? said[said.length - 1].textContent : "";
  }

  /** A message from the service; null when it is here already. */
  put(message) {
    const known = this.#bySeq.get(message.seq);
    if (known) return void showStored(known, message);
    const article = articleOf(complete(message), this.#on.choose);
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

  /** The service has taken it as `seq`. When the stream told us so before the answer did, it is here twice. */
  sent(entry, seq) {
    const article = this.#byId.get(entry.id);
    if (!article) return;
    if (this.#bySeq.has(seq)) return this.remove(entry.id);
    article.toggleAttribute("data-typed", Boolean(entry.body.text));
    this.#show(article, { ...entry, state: "sent" });
    this.#insert(article, seq);
  }

  /** What came before `seq` has been deleted at the citizen's wish. */
  forget(seq) {
    for (const [old, article] of this.#bySeq) {
      if (old >= seq) continue;
      const emptied = articleOf(complete({ from: "bot", at: Date.now() }), this.#on.choose);
      article.replaceWith(emptied);
      emptied.dataset.seq = String(old);
      this.#bySeq.set(old, emptied);
    }
    this.#refresh();
  }

  /** Takes back what stands here as unsent. */
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

/** The service may have masked a number in what was typed; then the page shows what is kept. */
function showStored(article, message) {
  if (!article.hasAttribute("data-typed") || !message.text) return;
  const said = article.querySelector(".words-said");
  if (said.textContent !== message.text) said.replaceWith(rendered(message.text));
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

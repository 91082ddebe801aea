// One message as an article: who speaks, the words, cards, choices, sources, and how far it has got.

import { cardOf } from "./cards.js";
import { element, icon } from "./dom.js";
import { rendered } from "./render.js";
import { sourcesLine } from "./sources.js";
import { words } from "./words.js";

const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "long", day: "numeric" });

export function articleOf(message, choose) {
  const at = new Date(message.at);
  const day = element("p", { class: "day", hidden: true }, DAY.format(at));
  if (!message.text && !message.cards.length) {
    return element("article", { class: "message erased", "data-day": DAY.format(at) }, day, element("p", {}, words.erased));
  }
  const article = element("article", { class: `message ${message.from}`, "data-day": DAY.format(at) }, day,
    element("p", { class: "speaker" }, avatar(message.from), element("span", { class: "speaker-name" }, words.speaker[message.from]),
      element("time", { datetime: at.toISOString() }, CLOCK.format(at))),
    said(message, choose));
  if (message.from === "citizen") article.append(element("div", { class: "state", "aria-live": "off" }));
  return article;
}

/** Shows whether the words are on their way, saved here, or need the citizen's hand. */
export function showState(article, entry, { retry, edit }) {
  const place = article.querySelector(".state");
  article.dataset.state = entry.state;
  place.setAttribute("aria-live", ["failed", "rejected"].includes(entry.state) ? "assertive" : "off");
  place.replaceChildren(...stateOf(entry, retry, edit));
}

function stateOf(entry, retry, edit) {
  const { state, seconds, detail, body } = entry;
  if (state === "failed") return [element("button", { type: "button", class: "retry", click: retry }, icon("retry"), words.failed)];
  if (state !== "rejected") return [state === "slow" ? words.slow(seconds) : words[state]];
  const again = body?.text ? element("button", { type: "button", class: "retry", click: edit }, words.edit) : null;
  return [element("span", { class: "refusal" }, detail || words.rejected), again].filter(Boolean);
}

function avatar(from) {
  if (from === "citizen") return null;
  if (from === "staff") return element("span", { class: "avatar" }, icon("human"));
  return element("img", { class: "avatar", src: "/static/favicon.svg", alt: "", width: "24", height: "24" });
}

function said(message, choose) {
  const bubble = element("div", { class: "bubble" });
  if (message.text) bubble.append(rendered(message.text, { lead: message.from === "bot" }));
  bubble.append(...message.cards.map((card) => cardOf(card, choose)));
  const sources = sourcesLine(message.sources);
  if (sources) bubble.append(sources);
  const wrap = element("div", { class: "said" }, bubble);
  if (message.choices.length) wrap.append(choicesOf(message.choices, choose));
  return wrap;
}

function choicesOf(choices, choose) {
  return element("div", { class: "choices", role: "group", "aria-label": "可以点选" }, ...choices.map(({ id, label }) =>
    element("button", { type: "button", class: "choice", "data-choice": id, click: (event) => choose(id, label, event) }, label)));
}

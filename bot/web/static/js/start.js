// The first screen: real questions first, then the notice. While it loads it has bones; when it cannot, telephones.

import * as api from "./api.js";
import { backoff } from "./backoff.js";
import { byId, element, icon } from "./dom.js";
import { showTopics } from "./topics.js";
import { words } from "./words.js";

/** Fills the first screen, trying again until the service answers. */
export async function showStart(ask, choose) {
  const section = byId("start");
  section.hidden = false;
  byId("questions").replaceChildren(...bones());
  for (let failures = 0; ; failures++) {
    try {
      return fill(await api.start(), ask, choose);
    } catch {
      await failed(backoff(failures));
    }
  }
}

function fill(start, ask, choose) {
  byId("service").textContent = start.service;
  byId("office-line").textContent = `${start.province}知识产权公共服务`;
  byId("questions").replaceChildren(...start.questions.map((question) => questionButton(question, ask)));
  byId("notice").replaceChildren(...notice(start.notice.text));
  showTopics(byId("topics"), start, choose);
}

function questionButton(question, ask) {
  return element("li", {}, element("button", { type: "button", class: "question", click: (event) => ask(question, event) },
    element("span", {}, question), icon("next")));
}

function bones() {
  return Array.from({ length: 6 }, () => element("li", { class: "question bone", "aria-hidden": "true" }));
}

function notice(text) {
  const more = element("span", { id: "notice-more", hidden: true }, words.start.noticeOwn);
  const button = element("button", { type: "button", class: "plain", "aria-expanded": "false", "aria-controls": "notice-more" }, words.start.noticeMore);
  button.addEventListener("click", () => {
    more.hidden = !more.hidden;
    button.setAttribute("aria-expanded", String(!more.hidden));
    button.textContent = more.hidden ? words.start.noticeMore : words.start.noticeLess;
  });
  return [icon("lock"), element("p", {}, element("strong", {}, words.start.notice), " ", text, more, button)];
}

function failed(wait) {
  return new Promise((resolve) => {
    const again = element("button", { type: "button", class: "action", click: resolve }, words.start.again);
    const calls = words.hotlines.map(({ label, number }) => element("li", {}, `${label} `, element("a", { href: `tel:${number}`, class: "phone" }, number)));
    byId("questions").replaceChildren(element("li", { class: "unavailable", role: "status" },
      element("p", {}, words.start.failed), element("p", {}, words.start.failedCall), element("ul", {}, ...calls), again));
    setTimeout(resolve, wait);
    addEventListener("online", resolve, { once: true });
  });
}

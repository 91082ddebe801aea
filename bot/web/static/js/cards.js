// Cards under an answer. Each kind has its own simple form; an unknown kind is shown as plain lines.

import { harmless, isOwnRecord } from "./addresses.js";
import { element, icon } from "./dom.js";
import { inline, outside } from "./inline.js";
import { save } from "./records.js";
import { words } from "./words.js";

const PAIR = /^([^：]{1,20})：\s*(\S.*)$/;
const FORMS = { fee: fees, deadline: dates, classes, ticket: pairs, station: pairs, summary: pairs };
const TOTAL = /^(合计|总计|共计|一共)/;

export function cardOf(card, choose) {
  const form = FORMS[card.kind] ?? plain;
  const kind = words.card[card.kind] ? card.kind : "summary";
  return element("section", { class: `card card-${kind}`, "aria-label": card.title },
    element("header", { class: "card-head" }, element("span", { class: "card-badge" }, icon(kind)),
      element("h3", {}, card.title), element("span", { class: "card-kind" }, words.card[kind])),
    card.lines.length ? form(card.lines) : null, actions(card, choose));
}

function plain(lines) {
  return element("ul", { class: "card-lines" }, ...lines.map((line) => element("li", {}, ...inline(line))));
}

function pairs(lines) {
  const list = element("dl", { class: "card-pairs" });
  for (const line of lines) {
    const [, name, value] = PAIR.exec(line) ?? [null, "", line];
    list.append(element("div", { class: name ? "pair" : "pair alone" },
      element("dt", { class: name ? "" : "unseen" }, name || "说明"), element("dd", {}, ...inline(value))));
  }
  return list;
}

function fees(lines) {
  const body = element("tbody");
  for (const line of lines) {
    const [, name, amount] = PAIR.exec(line) ?? [];
    body.append(name
      ? element("tr", { class: TOTAL.test(name) ? "total" : "" }, element("th", { scope: "row" }, name), element("td", {}, ...inline(amount)))
      : element("tr", { class: "remark-row" }, element("td", { colspan: "2" }, ...inline(line))));
  }
  return element("table", { class: "card-fees" }, body);
}

function dates(lines) {
  const list = pairs(lines);
  const first = list.querySelector(".pair:not(.alone)");
  first?.classList.add("chief");
  return list;
}

function classes(lines) {
  return element("ul", { class: "card-classes" }, ...lines.map((line) => {
    const [, number, name] = /^(第\s*\d{1,2}\s*类)[：:\s]*(.*)$/.exec(line) ?? [null, "", line];
    return element("li", {}, number ? element("strong", {}, number) : null, element("span", {}, ...inline(name)));
  }));
}

function actions(card, choose) {
  const made = card.actions.map((action) => actionOf(action, choose)).filter(Boolean);
  return made.length ? element("div", { class: "card-actions" }, ...made) : null;
}

function actionOf({ label, url, choice }, choose) {
  if (choice) return element("button", { type: "button", class: "action", click: (event) => choose(choice, label, event) }, label);
  const address = url ? harmless(url) : null;
  if (!address) return null;
  if (isOwnRecord(url)) return element("button", { type: "button", class: "action", click: () => save(url) }, icon("download"), label);
  const link = address.startsWith("tel:") ? element("a", { href: address }, icon("phone"), label) : outside(address, label, icon("link"));
  link.classList.add("action");
  return link;
}

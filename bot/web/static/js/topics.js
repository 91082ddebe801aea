// Beside the conversation: what is asked most, by field, and when and where people answer.

import { element, icon } from "./dom.js";
import { words } from "./words.js";

export function showTopics(place, start, choose) {
  place.replaceChildren(topics(start.groups, choose), people(start), footer(start));
  place.hidden = false;
}

function topics(groups, choose) {
  const tabs = groups.map((group, index) => element("button", {
    type: "button", role: "tab", class: "tab", id: `tab-${index}`, "aria-controls": `panel-${index}`,
  }, group.name));
  const panels = groups.map((group, index) => element("div", {
    role: "tabpanel", id: `panel-${index}`, "aria-labelledby": `tab-${index}`,
  }, element("ul", { class: "items" }, ...group.items.map((item) => itemButton(item, choose)))));
  const list = element("div", { class: "tabs", role: "tablist", "aria-label": words.start.topics }, ...tabs);
  tabs.forEach((tab, index) => tab.addEventListener("click", () => select(tabs, panels, index)));
  list.addEventListener("keydown", (event) => walk(event, tabs, panels));
  select(tabs, panels, 0);
  return element("section", { class: "topic-box" }, element("h2", {}, words.start.topics), list, ...panels);
}

function itemButton({ label, choice }, choose) {
  return element("li", {}, element("button", { type: "button", class: "item", click: (event) => choose(choice, label, event) }, label));
}

function select(tabs, panels, chosen) {
  tabs.forEach((tab, index) => {
    tab.setAttribute("aria-selected", String(index === chosen));
    tab.tabIndex = index === chosen ? 0 : -1;
    panels[index].hidden = index !== chosen;
  });
}

function walk(event, tabs, panels) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
  select(tabs, panels, next);
  tabs[next].focus();
}

function people({ hours, hotlines }) {
  return element("section", { class: "topic-box people" },
    element("h2", {}, words.start.hotlines),
    element("ul", { class: "hotlines" }, ...hotlines.map(({ label, number }) =>
      element("li", {}, element("a", { href: `tel:${number}` }, icon("phone"), element("span", {}, label), element("b", {}, number))))),
    element("p", { class: "hours" }, icon("clock"), element("span", {}, words.start.hours, hours)));
}

function footer({ office, staff_url: staff }) {
  return element("footer", { class: "imprint" }, element("p", {}, office),
    element("p", {}, element("a", { href: staff }, words.start.staff)));
}

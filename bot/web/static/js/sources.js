// Where an answer comes from: one quiet line that opens.

import { official } from "./addresses.js";
import { element, icon } from "./dom.js";
import { outside } from "./inline.js";
import { words } from "./words.js";

const { basis, checked, several, doubtful, common } = words.sources;
const REMARKS = { 存疑: doubtful, 常识: common };

export function sourcesLine(sources) {
  if (!sources.length) return null;
  return element("details", { class: "sources" },
    summary(sources), element("ul", {}, ...sources.map(entry)));
}

function summary(sources) {
  const [first] = sources;
  const count = sources.length > 1 ? several(sources.length) : "";
  const isDoubtful = sources.some((source) => source.confidence === "存疑");
  return element("summary", {}, icon("book"),
    element("span", {}, element("span", {}, basis + first.title + count), element("span", { class: "checked" }, day(first)),
      isDoubtful ? remark(doubtful) : null));
}

function entry(source) {
  const address = source.url ? official(source.url) : null;
  const name = source.number ? `${source.title}（${source.number}）` : source.title;
  return element("li", {}, address ? outside(address, name) : element("span", {}, name),
    element("span", { class: "checked" }, day(source)),
    REMARKS[source.confidence] ? remark(REMARKS[source.confidence]) : null);
}

function remark(text) {
  return element("span", { class: "remark" }, text);
}

function day(source) {
  return source.as_of ? checked(source.as_of) : "";
}

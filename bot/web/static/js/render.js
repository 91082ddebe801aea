// An answer's words as nodes: a leading line, paragraphs, lists; what is long is folded.

import { element } from "./dom.js";
import { inline } from "./inline.js";
import { words } from "./words.js";

const BULLET = /^\s*[-•]\s+(.*)$/;
const NUMBER = /^\s*(\d{1,2})[.、]\s*(?=\D)(.*)$/;
const LONG = 9;
const SHOWN = 6;

/** The words of an answer; `lead` sets its first line apart. */
export function rendered(text, { lead = false } = {}) {
  const lines = text.split(/\r?\n/);
  const body = element("div", { class: "words-said" });
  if (lead && !BULLET.test(lines[0]) && !NUMBER.test(lines[0])) body.append(leading(lines.shift()));
  const full = lines.filter((line) => line.trim()).length;
  if (!lead || full < LONG) {
    body.append(...blocks(lines));
    return body;
  }
  const cut = afterLines(lines, SHOWN);
  body.append(...blocks(lines.slice(0, cut)), folded(lines.slice(cut), full - SHOWN));
  return body;
}

function folded(lines, count) {
  return element("details", { class: "more" },
    element("summary", {}, words.more(count)), ...blocks(lines));
}

function leading(line) {
  if (line.includes("**")) return element("p", { class: "lead" }, ...inline(line));
  const [, first, rest] = /^(.{4,60}?[。！？；]|.{1,60}$)?(.*)$/s.exec(line);
  const bold = first ? [element("strong", {}, ...inline(first))] : [];
  return element("p", { class: "lead" }, ...bold, ...inline(rest));
}

function blocks(lines) {
  const made = [];
  for (const line of lines) {
    const bullet = BULLET.exec(line);
    const number = NUMBER.exec(line);
    if (bullet) listAtEnd(made, "UL").append(element("li", {}, ...inline(bullet[1])));
    else if (number) listAtEnd(made, "OL").append(element("li", { value: number[1] }, ...inline(number[2])));
    else if (line.trim()) made.push(element("p", {}, ...inline(line.trim())));
  }
  return made;
}

function listAtEnd(made, tag) {
  if (made[made.length - 1]?.tagName !== tag) made.push(element(tag.toLowerCase()));
  return made[made.length - 1];
}

function afterLines(lines, count) {
  let seen = 0;
  return lines.findIndex((line) => line.trim() && ++seen > count);
}

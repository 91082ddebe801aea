// One line of words: **bold**, official addresses and telephone numbers that can be tapped.

import { official } from "./addresses.js";
import { element } from "./dom.js";
import { words } from "./words.js";

const PIECE = new RegExp([
  String.raw`\*\*(?<bold>[^*]+)\*\*`,
  String.raw`(?<address>https?:\/\/[\w\-.~:/?#@!$&'()+,;=%]*[\w\-/=])`,
  String.raw`(?<phone>(?<![\d-])(?:0\d{2,3}-\d{7,8}|12345|12315|12330|12368)(?![\d-]|\s*[元号件]))`,
].join("|"), "g");

export function inline(line) {
  const nodes = [];
  let from = 0;
  for (const match of line.matchAll(PIECE)) {
    if (match.index > from) nodes.push(line.slice(from, match.index));
    nodes.push(piece(match));
    from = match.index + match[0].length;
  }
  if (from < line.length) nodes.push(line.slice(from));
  return nodes;
}

export function outside(address, ...children) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" },
    ...children, element("span", { class: "unseen" }, words.newWindow));
}

function piece({ 0: all, groups: { bold, address, phone } }) {
  if (bold) return element("strong", {}, ...inline(bold));
  if (phone) return element("a", { href: `tel:${phone}`, class: "phone" }, phone);
  return official(address) ? outside(official(address), address) : all;
}

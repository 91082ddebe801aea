// What the citizen must know about the line and about who answers. Empty means hidden.

import { byId } from "./dom.js";
import { words } from "./words.js";

let isUnreachable = false;

export function watchLine() {
  addEventListener("online", showLine);
  addEventListener("offline", showLine);
  showLine();
}

export function lineIs(reachable) {
  isUnreachable = !reachable;
  showLine();
}

export function showOwner(owner) {
  say(byId("owner"), words.owner[owner] ?? "");
  byId("owner").dataset.owner = owner;
  byId("words").placeholder = words.placeholder[owner] ?? words.placeholder.bot;
}

function showLine() {
  const text = navigator.onLine ? (isUnreachable ? words.reconnecting : "") : words.offline;
  say(byId("offline"), text);
}

function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

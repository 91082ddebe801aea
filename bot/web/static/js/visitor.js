// Who is asking: a secret made here, at the first message and not before; never in an address.

import { read, write } from "./storage.js";

const VISITOR = "zhiwen.visitor";
const BEGUN = "zhiwen.begun";
const FORM = /^[A-Za-z0-9_-]{16,64}$/;

export function visitor() {
  if (!FORM.test(read(VISITOR) ?? "")) write(VISITOR, randomName(24));
  return read(VISITOR);
}

/** True once the service knows this visitor: there may be a past to show, and news to wait for. */
export function hasBegun() {
  return read(BEGUN) !== null;
}

export function begin() {
  if (!hasBegun()) write(BEGUN, "yes");
}

export function messageId() {
  return randomName(16);
}

/** Calls back when another tab of this browser starts the conversation. */
export function onBegunElsewhere(listen) {
  addEventListener("storage", (event) => {
    if (event.key === BEGUN && event.newValue) listen();
  });
}

function randomName(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...random)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

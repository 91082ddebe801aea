// Who is asking: a secret made here, at the first message and not before; never in an address.

import { read, write } from "./storage.js";

const VISITOR = "zhiwen.visitor";

/** True once this browser has said something, so that a mere reader is given no identity. */
export function isKnown() {
  return read(VISITOR) !== null;
}

export function visitor() {
  if (!isKnown()) write(VISITOR, randomName(24));
  return read(VISITOR);
}

export function messageId() {
  return randomName(16);
}

/** Calls back when another tab of this browser starts the conversation. */
export function onBegunElsewhere(begin) {
  addEventListener("storage", (event) => {
    if (event.key === VISITOR && event.newValue) begin();
  });
}

function randomName(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...random)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

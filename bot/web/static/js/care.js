// Reading preferences: 关怀版 and 大字, remembered, shown on every button that switches them.

import { read, remove, write } from "./storage.js";

const KEY = "zhiwen.";

export function prepareCare(buttons) {
  for (const [button, name] of buttons) {
    button.addEventListener("click", () => toggle(name, buttons));
  }
  show(buttons);
  addEventListener("storage", (event) => {
    if (event.key !== `${KEY}care` && event.key !== `${KEY}large`) return;
    apply(event.key.slice(KEY.length), event.newValue === "on");
    show(buttons);
  });
}

function toggle(name, buttons) {
  const isOn = read(KEY + name) !== "on";
  if (isOn) write(KEY + name, "on");
  else remove(KEY + name);
  apply(name, isOn);
  show(buttons);
}

function apply(name, isOn) {
  if (isOn) document.documentElement.dataset[name] = "on";
  else delete document.documentElement.dataset[name];
}

function show(buttons) {
  for (const [button, name] of buttons) {
    button.setAttribute("aria-pressed", String(document.documentElement.dataset[name] === "on"));
  }
}

// The page inside another site's frame: it may ask to be closed, nothing else, and tells nothing.

import { byId } from "./dom.js";

export const isFramed = document.documentElement.dataset.embed === "on";

export function prepareFrame() {
  if (!isFramed || parent === window) return;
  byId("close").hidden = false;
  byId("close").addEventListener("click", askToClose);
}

export function askToClose() {
  if (isFramed && parent !== window) parent.postMessage("zhiwen:close", "*");
}

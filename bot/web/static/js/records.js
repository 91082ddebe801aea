// A citizen's own records as a file on their device.

import { file } from "./api.js";
import { element } from "./dom.js";
import { words } from "./words.js";

/** Fetches with the secret in a header, so that no address ever carries it. */
export async function save(address) {
  try {
    const { blob, name } = await file(address);
    download(blob, name || words.records.filename);
  } catch {
    alert(words.records.failed);
  }
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

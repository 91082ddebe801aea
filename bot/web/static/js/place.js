// Sending one's position: asked in words first, then by the browser; a refusal is no trouble.

import { byId, element } from "./dom.js";
import { words } from "./words.js";

// Three decimals are about 100 m: enough for the nearest window, and no more than needed.
const DECIMALS = 3;
const PATIENCE = { timeout: 15_000, maximumAge: 300_000, enableHighAccuracy: false };

export class Place {
  #panel = byId("place");
  #button = byId("place-button");
  #on;

  /** `on` has found({lat, lon}) and typing(). */
  constructor(on) {
    this.#on = on;
    this.#button.addEventListener("click", () => (this.isOpen ? this.close() : this.#ask()));
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  open() {
    this.#ask();
  }

  close() {
    this.#hide();
    this.#button.focus();
  }

  #ask() {
    this.#show(words.place.ask,
      element("button", { type: "button", class: "action strong", click: () => this.#locate() }, words.place.agree),
      element("button", { type: "button", class: "action", click: () => this.#type() }, words.place.decline));
    this.#panel.querySelector("button").focus();
  }

  async #locate() {
    this.#show(words.place.looking);
    try {
      const { latitude, longitude } = await position();
      this.#hide();
      this.#on.found({ lat: rounded(latitude), lon: rounded(longitude) });
      this.#on.typing();
    } catch {
      this.#show(words.place.refused, element("button", { type: "button", class: "action", click: () => this.#type() }, words.place.decline));
      this.#on.typing();
    }
  }

  #type() {
    this.#hide();
    this.#on.typing();
  }

  #show(text, ...buttons) {
    const line = element("p", { role: "status" }, text);
    this.#panel.replaceChildren(line, element("div", { class: "card-actions" }, ...buttons));
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
  }

  #hide() {
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
  }
}

function position() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error("no geolocation"));
    navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), reject, PATIENCE);
  });
}

function rounded(degrees) {
  return Number(degrees.toFixed(DECIMALS));
}

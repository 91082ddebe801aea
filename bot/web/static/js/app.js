// Puts the page together: the past first, then what is unsent, then what arrives.

import { lineIs, showOwner, watchLine } from "./banners.js";
import { prepareCare } from "./care.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { askToClose, prepareFrame } from "./frame.js";
import { Menu } from "./menu.js";
import { unfoldForPrinting } from "./paper.js";
import { Place } from "./place.js";
import { showStart } from "./start.js";
import { followKeyboard } from "./viewport.js";
import { words } from "./words.js";

const composer = new Composer({ send: (text) => chat.say(text), recall: () => chat.lastSaid() });
const chat = new Chat({ choose, edit: (text) => composer.fill(text), owner: showOwner, line: lineIs });
const place = new Place({ found: (location) => chat.sayPlace(location), typing: () => composer.focus() });
const menu = new Menu(byId("menu-button"), byId("menu-list"));

prepareFrame();
followKeyboard();
unfoldForPrinting();
watchLine();
prepareCare([[byId("care"), "care"], [inMenu("care"), "care"], [inMenu("large"), "large"]]);
prepareButtons();
Promise.all([showStart(ask, choose), chat.open()]).then(() => chat.settle());
if (matchMedia("(pointer: fine)").matches && parent === window) composer.focus();

function prepareButtons() {
  byId("human").addEventListener("click", (event) => choose("h:human", words.human, event));
  byId("topics-button").addEventListener("click", () => chat.showTopics());
  inMenu("export").addEventListener("click", () => chat.say(words.records.export));
  inMenu("erase").addEventListener("click", () => chat.say(words.records.erase));
  inMenu("print").addEventListener("click", () => print());
  document.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && escape());
}

function ask(question, event) {
  chat.say(question);
  goOnWriting(event);
}

// The choice that asks for a position: here the panel asks, elsewhere the bot says how.
const POSITION = "x:position";

function choose(choice, label, event) {
  if (choice === POSITION) return place.open();
  chat.choose(choice, label);
  goOnWriting(event);
}

function escape() {
  if (menu.isOpen) menu.close();
  else if (place.isOpen) place.close();
  else askToClose();
}

/** After a mouse click the citizen goes on writing; after a tap the keyboard stays away, after a key the focus stays. */
function goOnWriting(event) {
  if (event.detail > 0 && matchMedia("(pointer: fine)").matches) composer.focus();
}

function inMenu(name) {
  return document.querySelector(`[data-menu="${name}"]`);
}

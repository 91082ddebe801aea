// The conversation: what was said, what is being said and what arrives, each shown once and in order.

import * as api from "./api.js";
import { byId } from "./dom.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Scroll } from "./scroll.js";
import { Stream } from "./stream.js";
import { begin, hasBegun, messageId, onBegunElsewhere } from "./visitor.js";
import { words } from "./words.js";

const ERASE = "p:erase";

export class Chat {
  #on;
  #owner = "bot";
  #cursor = 0; // What history and stream have shown without a gap; an answer to one's own message may run ahead of it.
  #latest = 0;
  #isListening = false;
  #held = [];
  #scroll = new Scroll();
  #log = new Log(byId("log"), {
    choose: (id, label, event) => this.#on.choose(id, label, event),
    retry: (id) => this.#outbox.retry(id),
    edit: (entry) => this.#edit(entry),
  });
  #outbox = new Outbox(api.send, {
    changed: (entry) => this.#changed(entry),
    sent: (entry, answer) => this.#answered(entry, answer),
    gone: (id) => this.#log.remove(id),
    idle: () => this.#release(),
    reached: () => this.#on.line(true),
    unreachable: () => this.#on.line(false),
  });
  #stream = new Stream(() => this.#cursor, {
    message: (message) => this.#arrived(message),
    owner: (owner) => this.#ownerIs(owner),
    up: () => this.#up(),
    down: () => this.#on.line(false),
  });

  /** `on` has choose(id, label, event), edit(text), owner(owner) and line(reachable). */
  constructor(on) {
    this.#on = on;
    document.addEventListener("visibilitychange", () => document.hidden || (document.title = words.title));
    onBegunElsewhere(() => this.#listen());
  }

  /** Shows the past, sends what is unsent, and listens. A reader who never wrote is not even counted. */
  async open() {
    if (hasBegun()) await this.#log.quietly(() => this.#past());
    this.#outbox.entries().forEach((entry) => this.#log.pending(entry));
    this.settle();
    this.#outbox.drain();
    if (hasBegun()) this.#listen();
  }

  say(text) {
    this.#add({ text }, text);
  }

  choose(choice, label) {
    this.#add({ choice }, label);
  }

  sayPlace(location) {
    this.#add({ location }, words.position);
  }

  lastSaid() {
    return this.#log.lastSaid();
  }

  showTopics() {
    this.#scroll.to(byId("topics"));
    byId("topics").querySelector("[role=tab]")?.focus({ preventScroll: true });
  }

  /** The end of a conversation that was there before the page was opened. */
  settle() {
    if (!this.#log.isEmpty) this.#scroll.toEnd();
  }

  async #past() {
    try {
      for (let more = true; more; ) {
        const page = await api.history(this.#cursor);
        page.messages.forEach((message) => this.#show(message));
        this.#cursor = page.messages.reduce((last, { seq }) => Math.max(last, seq), this.#cursor);
        this.#ownerIs(page.owner);
        more = page.more && page.messages.length > 0;
      }
    } catch {
      this.#on.line(false); // The stream brings the past when the line is back.
    }
  }

  #listen() {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#stream.run();
  }

  #add(body, label) {
    this.#outbox.add({ id: messageId(), body, label, at: Date.now() });
    this.#scroll.toEnd();
  }

  #edit(entry) {
    this.#outbox.drop(entry.id);
    this.#log.remove(entry.id);
    this.#on.edit(entry.body.text);
  }

  #changed(entry) {
    this.#log.pending(entry);
    this.#showTyping();
  }

  #answered(entry, answer) {
    const wasFollowing = this.#scroll.isAtEnd;
    // A message and its replies are one turn: their numbers follow one another, the message's first.
    const seq = answer.seq - answer.replies.length;
    this.#log.sent(entry, seq);
    if (entry.body.choice === ERASE) this.#log.forget(seq);
    this.#showTyping();
    if (answer.seq >= this.#latest) this.#ownerIs(answer.owner);
    const fresh = answer.replies.map((reply) => this.#show({ from: "bot", ...reply })).filter(Boolean);
    if (fresh.length) this.#scroll.arrived(fresh[0], wasFollowing);
    begin();
    this.#listen();
  }

  /** While a message of ours is under way, what arrives waits: it may be that very message. */
  #arrived(message) {
    this.#cursor = Math.max(this.#cursor, message.seq);
    if (this.#outbox.isSending) this.#held.push(message);
    else this.#tell(message);
  }

  #release() {
    this.#held.splice(0).forEach((message) => this.#tell(message));
  }

  #tell(message) {
    const wasFollowing = this.#scroll.isAtEnd;
    const article = this.#show(message);
    if (!article) return;
    this.#scroll.arrived(article, wasFollowing);
    if (document.hidden && message.from !== "citizen") document.title = words.titleUnread;
  }

  #show(message) {
    this.#latest = Math.max(this.#latest, message.seq);
    return this.#log.put(message);
  }

  #up() {
    this.#on.line(true);
    this.#outbox.drain();
  }

  #ownerIs(owner) {
    this.#owner = owner;
    this.#on.owner(owner);
    this.#showTyping();
  }

  #showTyping() {
    const isTyping = this.#owner === "bot" && this.#outbox.entries().some((entry) => entry.state === "sending");
    if (byId("typing").hidden === !isTyping) return;
    byId("typing").hidden = !isTyping;
    byId("typing-words").textContent = isTyping ? words.typing : "";
    if (isTyping) this.#scroll.toEnd();
  }
}

// Messages that the service has not yet confirmed. They are kept with their id and sent again with the same id,
// one after another, so that each is taken exactly once and in the order written.

import { Problem } from "./api.js";
import { backoff } from "./backoff.js";
import { namesUnder, read, remove, write } from "./storage.js";

const PREFIX = "zhiwen.outbox.";
const PATIENCE = 4;

export class Outbox {
  #send;
  #on;
  #tries = 0;
  #busy = false;
  #timer = null;
  #notBefore = 0;

  /** `on` has changed(entry), sent(entry, answer), gone(id), idle(), reached() and unreachable(). */
  constructor(send, on) {
    this.#send = send;
    this.#on = on;
    addEventListener("online", () => this.drain());
    addEventListener("storage", ({ key, newValue }) => {
      if (key?.startsWith(PREFIX) && newValue === null) on.gone(key.slice(PREFIX.length));
    });
  }

  /** True while the service may be taking a message of this page. */
  get isSending() {
    return this.#busy;
  }

  /** Oldest first. */
  entries() {
    return namesUnder(PREFIX).map(kept).filter(Boolean).sort((a, b) => a.at - b.at);
  }

  add(entry) {
    this.#keep({ ...entry, state: "sending" });
    this.drain();
  }

  retry(id) {
    const entry = this.entries().find((each) => each.id === id);
    if (!entry) return;
    this.#tries = 0;
    this.#keep({ ...entry, state: "sending" });
    this.drain();
  }

  drop(id) {
    remove(PREFIX + id);
  }

  /** Sends what may be sent now; what may not is tried again later. */
  async drain() {
    if (this.#busy || Date.now() < this.#notBefore) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      await this.#sendAll();
    } finally {
      this.#busy = false;
      this.#on.idle();
    }
  }

  async #sendAll() {
    for (let entry = this.#next(); entry; entry = this.#next()) {
      const wait = await this.#attempt(entry);
      if (wait !== null) {
        this.#timer = setTimeout(() => this.drain(), wait);
        return;
      }
    }
  }

  #next() {
    return this.entries().find((entry) => entry.state !== "failed" && entry.state !== "rejected");
  }

  /** Null when the entry is settled, else the time until the next attempt. */
  async #attempt(entry) {
    try {
      const answer = await this.#send(entry.id, entry.body);
      this.#tries = 0;
      this.drop(entry.id);
      this.#on.reached();
      this.#on.sent(entry, answer);
      return null;
    } catch (error) {
      return error instanceof Problem ? this.#refused(entry, error) : this.#unreachable(entry);
    }
  }

  #refused(entry, problem) {
    this.#on.reached();
    if (problem.status === 429) return this.#tooFast(entry, problem.retryAfter ?? 5);
    if (problem.status < 500) return this.#settle(entry, "rejected", problem.detail);
    if (this.#tries >= PATIENCE) return this.#settle(entry, "failed", "");
    this.#keep({ ...entry, state: "waiting" });
    return Math.max(backoff(this.#tries++), (problem.retryAfter ?? 0) * 1000);
  }

  #tooFast(entry, seconds) {
    const wait = seconds * 1000 + Math.random() * 500;
    this.#notBefore = Date.now() + wait - 1;
    this.#keep({ ...entry, state: "slow", seconds });
    return wait;
  }

  #unreachable(entry) {
    this.#keep({ ...entry, state: "waiting" });
    this.#on.unreachable();
    return backoff(this.#tries++);
  }

  #settle(entry, state, detail) {
    this.#tries = 0;
    this.#keep({ ...entry, state, detail });
    return null;
  }

  #keep(entry) {
    write(PREFIX + entry.id, JSON.stringify(entry));
    this.#on.changed(entry);
  }
}

/** Null when another tab has just taken it away, or when it can no longer be read. */
function kept(name) {
  try {
    return JSON.parse(read(name));
  } catch {
    remove(name);
    return null;
  }
}

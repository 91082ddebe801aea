// What arrives while the page is open: one held request, taken up again where it broke off.

import { backoff } from "./backoff.js";
import { EventParser } from "./sse.js";
import { visitor } from "./visitor.js";

// The server sends a comment every 15 s; three missing ones mean that the line is dead.
const SILENCE = 45_000;
const AFTER_BYE = 500;

export class Stream {
  #cursor;
  #on;
  #failures = 0;
  #held = null;
  #wake = () => {};
  #stopped = false;

  /** `cursor()` is the last seq seen; `on` has message, owner, up and down. */
  constructor(cursor, on) {
    this.#cursor = cursor;
    this.#on = on;
  }

  async run() {
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.#held?.abort());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    while (!this.#stopped) {
      await this.#pause(await this.#listen());
    }
  }

  /** Try again now instead of at the end of the pause. */
  hurry() {
    this.#wake();
  }

  stop() {
    this.#stopped = true;
    this.#held?.abort();
    this.#wake();
  }

  /** Listens until the line ends; returns how long to wait before the next try. */
  async #listen() {
    this.#held = new AbortController();
    try {
      return (await this.#read(await this.#open())) ? AFTER_BYE : backoff(this.#failures++);
    } catch (error) {
      // Too many open pages is no trouble with the line.
      if (this.#failures > 0 && error.cause !== 429) this.#on.down();
      return backoff(this.#failures++);
    } finally {
      this.#held = null;
    }
  }

  async #open() {
    const response = await fetch("/api/v1/chat/events", {
      headers: { Accept: "text/event-stream", "X-Visitor": visitor(), "Last-Event-ID": String(this.#cursor()) },
      cache: "no-store",
      signal: this.#held.signal,
    });
    if (!response.ok) throw new Error("no events", { cause: response.status });
    return response.body.getReader();
  }

  /** True when the server said good-bye, false when the line just ended. */
  async #read(reader) {
    const decoder = new TextDecoder();
    const parser = new EventParser();
    this.#on.up();
    for (;;) {
      const { done, value } = await this.#inTime(reader.read());
      if (done) return false;
      this.#failures = 0;
      for (const event of parser.feed(decoder.decode(value, { stream: true }))) {
        if (event.event === "bye") return true;
        this.#take(event);
      }
    }
  }

  #take({ event, data }) {
    if (event === "message") this.#on.message(JSON.parse(data));
    if (event === "owner") this.#on.owner(JSON.parse(data).owner);
  }

  async #inTime(reading) {
    const timer = setTimeout(() => this.#held?.abort(), SILENCE);
    try {
      return await reading;
    } finally {
      clearTimeout(timer);
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

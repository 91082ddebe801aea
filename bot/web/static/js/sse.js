// Server-sent events as text/event-stream spells them: bytes in pieces, whole events out.

export class EventParser {
  #rest = "";
  #event = { event: "message", id: null, data: [] };

  /** The events that this piece completes. */
  feed(piece) {
    this.#rest += piece;
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line) {
    if (line === "") return this.#finish();
    const [name, value] = field(line);
    if (name === "event") this.#event.event = value;
    if (name === "id") this.#event.id = value;
    if (name === "data") this.#event.data.push(value);
    return [];
  }

  #finish() {
    const { event, id, data } = this.#event;
    this.#event = { event: "message", id: null, data: [] };
    return data.length || event !== "message" ? [{ event, id, data: data.join("\n") }] : [];
  }
}

function field(line) {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

// The service over HTTP. A refusal becomes a Problem; no answer at all becomes Unreachable.

import { visitor } from "./visitor.js";

const MESSAGES = "/api/v1/chat/messages";
const PATIENCE = 30_000;

export class Problem extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

export class Unreachable extends Error {}

export async function start() {
  return (await request("/api/v1/start")).json();
}

export async function send(id, body) {
  const response = await request(MESSAGES, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ visitor: visitor(), id, ...body }),
  });
  return response.json();
}

export async function history(after) {
  return (await request(`${MESSAGES}?after=${after}`, { headers: { "X-Visitor": visitor() } })).json();
}

/** A file that only its owner may have, as a Blob with its name. */
export async function file(address) {
  const response = await request(address, { headers: { "X-Visitor": visitor() } });
  return { blob: await response.blob(), name: fileName(response.headers.get("Content-Disposition") ?? "") };
}

async function request(address, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(address, { cache: "no-store", ...options, signal: stop.signal });
    if (!response.ok) throw await problem(response);
    return response;
  } catch (error) {
    throw error instanceof Problem ? error : new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body.detail ?? "", retryAfter(response.headers.get("Retry-After")));
}

function retryAfter(value) {
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

function fileName(disposition) {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition);
  if (encoded) return decodeURIComponent(encoded[1]);
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? "";
}

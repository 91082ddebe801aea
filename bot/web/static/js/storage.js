// What the browser keeps between visits; memory when it may keep nothing.

const memory = new Map();

function shelf() {
  try {
    localStorage.setItem("zhiwen.try", "1");
    localStorage.removeItem("zhiwen.try");
    return localStorage;
  } catch {
    return null;
  }
}

const kept = shelf();

export function read(name) {
  return memory.get(name) ?? kept?.getItem(name) ?? null;
}

export function write(name, value) {
  try {
    if (!kept) return void memory.set(name, value);
    kept.setItem(name, value);
    memory.delete(name);
  } catch {
    memory.set(name, value); // The quota is full: better for this visit than not at all.
  }
}

export function remove(name) {
  memory.delete(name);
  kept?.removeItem(name);
}

export function namesUnder(prefix) {
  const names = kept ? Object.keys(kept) : [];
  return [...new Set([...names, ...memory.keys()])].filter((name) => name.startsWith(prefix));
}

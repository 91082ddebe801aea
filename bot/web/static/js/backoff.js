// How long to wait before trying again: doubling, at most a quarter of a minute, never in step with other pages.

const FIRST = 800;
const LONGEST = 15_000;

export function backoff(failures) {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** failures);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** Loaded before a program: writes down how long its event loop stood still at most, in milliseconds. */
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) watch();

function watch() {
  const everyMs = 5;
  let longest = 0;
  let due = performance.now() + everyMs;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - due);
    due = now + everyMs;
  };
  setInterval(look, everyMs).unref();
  // What comes while the program starts does not count.
  setTimeout(() => (longest = 0), 1500).unref();
  process.on("exit", () => writeFileSync(process.env.LOOP_DELAY_FILE, String(longest)));
}

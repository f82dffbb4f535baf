import type { Output } from "./context.ts";

const batchBytes = 65_536;
/** Whoever reads a pipe does not wait longer than this for what is there, in milliseconds. */
const longestWaitMs = 100;

/** An output that writes many small texts as one; at once on a terminal. What is left is written by `flush`. */
export function batchedOutput(output: Output): Output & { flush(): void } {
  let held = "";
  let writtenAt = performance.now();
  const flush = (): void => {
    if (held !== "") output.write(held);
    held = "";
    writtenAt = performance.now();
  };
  return {
    write(text) {
      held += String(text);
      if (output.isTTY === true || held.length >= batchBytes || performance.now() - writtenAt > longestWaitMs) flush();
    },
    flush,
  };
}

import type { Output } from "./context.ts";

const batchBytes = 65_536;
/** Whoever reads a pipe does not wait longer than this for what is there, in milliseconds. */
const longestWaitMs = 100;

/** An output that writes many small texts as one; at once on a terminal. What is left is written by `flush`. */
export function batchedOutput(output: Output): Output & { flush(): void } {
  let held = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (held !== "") output.write(held);
    held = "";
  };
  return {
    write(text) {
      held += String(text);
      if (output.isTTY === true || held.length >= batchBytes) flush();
      else timer ??= setTimeout(flush, longestWaitMs);
    },
    flush,
  };
}

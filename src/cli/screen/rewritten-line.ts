import type { Output } from "../context.ts";

/** One line of a terminal that is drawn over itself. */
export interface RewrittenLine {
  draw(text: string): void;
  /** Takes it away, when it is there. */
  clear(): void;
}

export function rewrittenLine(output: Pick<Output, "write">): RewrittenLine {
  let isDrawn = false;
  return {
    draw(text) {
      isDrawn = true;
      output.write(`\r\u001b[K${text}`);
    },
    clear() {
      if (isDrawn) output.write("\r\u001b[K");
      isDrawn = false;
    },
  };
}

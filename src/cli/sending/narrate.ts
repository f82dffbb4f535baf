import type { Context } from "../context.ts";
import { hanging } from "../views/text.ts";

/** Writes lines on stderr, broken between words where its terminal ends. */
export function narrate({ stderr }: Pick<Context, "stderr">, ...lines: readonly string[]): void {
  const columns = stderr.isTTY === true ? stderr.columns : undefined;
  const rows = columns === undefined ? lines : lines.flatMap((line) => hanging(line, columns));
  stderr.write(`${rows.join("\n")}\n`);
}

import { TelepathError } from "../../model/errors.ts";
import type { BigDump } from "./big-dump.ts";
import { readPart } from "./chunks.ts";
import { isWithoutRequest, lineDump, linesOf, partsOf, type Line } from "./lines.ts";
import { largestPassed } from "./outcome.ts";

/** The longest line that is read of a file with one JSON value a line. */
const longestLine = 16 * 1024 ** 2;

/** Reads a file with one JSON value a line, line by line. Lines without a request are left out. */
export async function readBigLines(dump: BigDump): Promise<void> {
  let before = 0;
  for (const part of partsOf(dump.file, dump.size)) {
    const lines = linesOf(part);
    for (;;) {
      const next = lines.next();
      if (next.done === true) {
        before += next.value;
        break;
      }
      await readLine(next.value, before + next.value.item + 1, dump);
      const pause = dump.pauses.due();
      if (pause !== undefined) await pause;
    }
  }
}

/** The requests of one line, or why there are none. */
export async function readLine(
  { at, bytes }: Omit<Line, "item">,
  number: number,
  { file, name, reader }: BigDump,
): Promise<void> {
  const place = `${name}: line ${number}`;
  const line = bytes ?? longLine(file, at);
  if (line === undefined) {
    return reader.broken(new TelepathError("INPUT_TOO_LARGE", `${place} holds more than 16 MiB`));
  }
  const dump = lineDump(line.toString());
  if (dump === undefined) return;
  try {
    await reader.found(dump);
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    if (!isWithoutRequest(error)) reader.broken(new TelepathError(error.code, `${place}: ${error.message}`));
  }
}

/** Read in growing parts: most are not much longer than those that are passed on. */
function longLine(file: number, at: number): Buffer | undefined {
  for (let most = 2 * largestPassed; ; most = Math.min(4 * most, longestLine + 1)) {
    const bytes = readPart(file, at, most);
    const newline = bytes.indexOf(0x0a);
    const length = newline === -1 ? bytes.length : newline;
    if (length < most) return bytes.subarray(0, length);
    if (most > longestLine) return undefined;
  }
}

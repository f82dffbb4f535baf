import { readHead, requestLine, skipBlankLines, startsMessage } from "../../dumps/http/head.ts";
import { originForm } from "../../dumps/http/target.ts";
import { announcedBytes, settleBody } from "../../dumps/readings.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { headerValues } from "../../model/http.ts";
import { streamedCheck } from "../../signatures/stream.ts";
import { headBytes, type BigDump } from "./big-dump.ts";
import { largestHeldBody } from "./body-file.ts";
import { readChunks, readPart } from "./chunks.ts";

/**
 * Reads raw HTTP message by message; of a body that is too large to be held only the bytes that come by.
 *
 * @throws TelepathError `BROKEN_DUMP`, `INPUT_TOO_LARGE` with the place
 */
export async function readBigHttp(dump: BigDump): Promise<void> {
  const { file, size, name } = dump;
  let at = 0;
  for (;;) {
    const part = readPart(file, at, headBytes);
    const start = skipBlankLines(part, 0);
    if (start === part.length) {
      if (part.length === 0) return;
      at += start;
      continue;
    }
    const head = readHead(part, start);
    if (!head.closed && at + part.length < size) {
      throw new TelepathError("BROKEN_DUMP", `${name}: the head at byte ${at + start} is longer than 1 MiB`);
    }
    const line = requestLine(head.startLine);
    const { headers } = head;
    if (headerValues(headers, "transfer-encoding").length > 0) {
      throw new TelepathError(
        "INPUT_TOO_LARGE",
        `${name}: the message at byte ${at + start} has a Transfer-Encoding, which is not read in a dump above 64 MiB`,
        "cut this request out into a file of its own",
      );
    }
    const bodyStart = Math.min(at + head.end, size);
    const declaredBytes = announcedBytes(headers);
    const end = Math.min(bodyStart + (declaredBytes ?? size), size);
    const rest = whatFollows(dump, end);
    if (line !== undefined) {
      const request = { method: line.method, target: originForm(line.target), headers, declaredBytes };
      const notes = rest.left === 0 ? [] : [`${rest.left} bytes follow the body and were left out.`];
      await readBody(dump, { request, start: bodyStart, end, notes });
    }
    if (rest.next === undefined) return;
    at = rest.next;
  }
}

/** Where the next message starts, or how many bytes follow that are none. */
function whatFollows({ file, size }: BigDump, end: number): { next: number | undefined; left: number } {
  const part = readPart(file, end, headBytes);
  const start = skipBlankLines(part, 0);
  if (start === part.length) return { next: undefined, left: 0 };
  return startsMessage(part, start) ? { next: end + start, left: 0 } : { next: undefined, left: size - end };
}

interface Found {
  request: Pick<DumpedRequest, "method" | "target" | "headers" | "declaredBytes">;
  start: number;
  end: number;
  notes: string[];
}

async function readBody(dump: BigDump, { request, start, end, notes }: Found): Promise<void> {
  const { file, secrets, pauses, reader } = dump;
  const length = end - start;
  if (length <= (dump.largestHeld ?? largestHeldBody)) {
    const settled = settleBody([{ held: "bytes", bytes: readPart(file, start, length) }], request.declaredBytes);
    const held = { ...request, ...settled, notes: [...settled.notes, ...notes] };
    await reader.found({ plain: () => undefined, whole: () => ({ format: "raw-http", requests: [held] }) });
    await pauses.due();
    return;
  }
  const check = streamedCheck(request.headers, secrets);
  const bytes = await readChunks(file, { start, end }, pauses, (chunk) => check.update(chunk));
  const held = fidelityOf(bytes, request.declaredBytes);
  const streamed = { ...request, ...held, body: new Uint8Array(), otherReadings: [], notes: [...held.notes, ...notes] };
  const judgement = check.judge({ fidelity: held.fidelity, declaredBytes: request.declaredBytes });
  reader.streamed("raw-http", streamed, bytes, judgement);
}

function fidelityOf(bytes: number, declared: number | null): Pick<DumpedRequest, "fidelity" | "notes"> {
  if (declared === bytes) return { fidelity: "exact", notes: [] };
  if (declared !== null) return { fidelity: "truncated", notes: [`The dump holds ${bytes} of ${declared} bytes.`] };
  // Without its length, an editor's last line end cannot be told from the body's own.
  return { fidelity: "text", notes: ["The request does not tell the length of its body: the rest of the file is it."] };
}

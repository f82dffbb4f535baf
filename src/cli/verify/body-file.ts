import { closeSync } from "node:fs";
import { resolve } from "node:path";
import type { HeaderList } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import type { Judgement } from "../../signatures/judgement.ts";
import { streamedCheck, type StreamedCheck } from "../../signatures/stream.ts";
import { readChunks, readPart } from "./chunks.ts";
import type { Context } from "../context.ts";
import { openRegularFile, standardInput } from "../input.ts";
import type { Pauses } from "./pauses.ts";

/** Larger bodies are checked as they stream by, and not held to look for the cause of a mismatch. */
export const largestHeldBody = 8 * 1024 ** 2;

/** A body that was held, or what is said of one that streamed by. */
export type BodyFile = { body: Buffer } | { bytes: number; judgement: Judgement };

/**
 * Reads a file that is nothing but a body, or standard input for `-`, of any size.
 *
 * @param declaredBytes how many there should be; null when nobody said.
 * @throws TelepathError `UNREADABLE_INPUT`
 */
export async function readBodyFile(
  path: string,
  what: string,
  terms: { headers: HeaderList; declaredBytes: number | null; secrets: readonly Secret[]; pauses: Pauses },
  context: Context,
): Promise<BodyFile> {
  const { headers, declaredBytes, secrets, pauses } = terms;
  const judged = (check: StreamedCheck, bytes: number): BodyFile => {
    return { bytes, judgement: check.judge({ fidelity: "exact", declaredBytes }) };
  };
  if (path === "-") {
    const chunks: Buffer[] = [];
    let check: StreamedCheck | undefined;
    let bytes = 0;
    for await (const chunk of standardInput(what, context)) {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= largestHeldBody) continue;
      check ??= streamedCheck(headers, secrets);
      for (const held of chunks.splice(0)) check.update(held);
      await pauses.due();
    }
    return check === undefined ? { body: Buffer.concat(chunks) } : judged(check, bytes);
  }
  const { file, size } = openRegularFile(resolve(context.cwd, path), what);
  try {
    if (size <= largestHeldBody) {
      const body = readPart(file, 0, largestHeldBody + 1);
      if (body.length <= largestHeldBody) return { body };
    }
    const check = streamedCheck(headers, secrets);
    const bytes = await readChunks(file, { start: 0 }, pauses, (chunk) => check.update(chunk));
    return judged(check, bytes);
  } finally {
    closeSync(file);
  }
}

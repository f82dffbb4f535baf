import { resolve } from "node:path";
import { isJson } from "../../dumps/json.ts";
import type { Answer } from "../../listen/answer.ts";
import type { HeaderList } from "../../model/http.ts";
import { readRegularFile } from "../input.ts";
import { usage } from "../requests/request-options.ts";

/** As much as an app's answer may be. */
const largestAnswer = 10 * 1024 ** 2;

/**
 * The answer that `--respond` and `--respond-body` describe; null when no app is replaced.
 *
 * @throws TelepathError `USAGE` for a body without a status, or with one that has no body; `UNREADABLE_INPUT`,
 *   `INPUT_TOO_LARGE`
 */
export function ownAnswer(status: number | undefined, text: string | undefined, cwd: string): Answer | null {
  if (status === undefined) {
    if (text !== undefined) throw usage("--respond-body needs a status", "add --respond 200");
    return null;
  }
  if (text === undefined) return { status, headers: [], body: new Uint8Array() };
  if (status === 204 || status === 304) {
    throw usage(`an answer of ${status} has no body`, "leave out --respond-body, or give another --respond");
  }
  const body = text.startsWith("@")
    ? readRegularFile(resolve(cwd, text.slice(1)), "the body to respond with", largestAnswer)
    : Buffer.from(text);
  return { status, headers: contentType(body), body };
}

function contentType(body: Buffer): HeaderList {
  const text = body.toString("utf8");
  if (isJson(text)) return [["Content-Type", "application/json"]];
  const isText = Buffer.from(text).equals(body);
  return [["Content-Type", isText ? "text/plain; charset=utf-8" : "application/octet-stream"]];
}

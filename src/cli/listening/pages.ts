import { performance } from "node:perf_hooks";
import type { Delivery } from "../../model/delivery.ts";
import type { Secret } from "../../model/secret.ts";
import { longestSearch } from "../../signatures/diagnose/search.ts";
import { judgeReceived, receivedRequest } from "../../signatures/judge.ts";
import type { PagerText } from "../screen/pager.ts";
import { clock, shortId } from "../views/delivery-line.ts";
import { detailsText } from "../views/details.ts";
import type { Style } from "../views/style.ts";
import { safeText, sizeText } from "../views/text.ts";
import { verificationText } from "../views/verification.ts";
import { contractRows } from "../views/verification-contract.ts";

/** More of a body than this is nothing to scroll through. */
const mostShown = 64 * 1024;
/** While a cause is searched no request is answered, in milliseconds. */
const longestHere = 500;

/** A delivery in full. */
export function detailsPage(delivery: Delivery, style: Style): PagerText {
  const size = delivery.body.length;
  const note =
    size > mostShown
      ? style.warn(`the first ${sizeText(mostShown)} of a body of ${sizeText(size)}; telepath-hooks show has all\n\n`)
      : "";
  return { title: titleOf(delivery), text: note + detailsText(excerpt(delivery), style) };
}

function excerpt(delivery: Delivery): Delivery {
  const cut = (body: Uint8Array): Uint8Array => body.subarray(0, mostShown);
  const attempts = delivery.attempts.map((attempt) => {
    const { response } = attempt;
    return response ? { ...attempt, response: { ...response, body: cut(response.body) } } : attempt;
  });
  return { ...delivery, body: cut(delivery.body), attempts };
}

/** What the check of its signature says, and why. */
export function signaturePage(
  delivery: Delivery,
  secrets: readonly Secret[],
  style: Style,
  columns: number,
): PagerText {
  const title = `the signature of ${titleOf(delivery)}`;
  if (secrets.length === 0) return { title, text: "there is no secret to check it with" };
  if (delivery.bodyState !== "whole") {
    return { title, text: "its body is not on record to the end, and part of a body proves nothing" };
  }
  const now = (): number => performance.now() * (longestSearch / longestHere);
  const judgement = judgeReceived(delivery, secrets, now);
  const held = { index: 0, of: 1, format: "history", request: receivedRequest(delivery) };
  const verification = { file: shortId(delivery.id), ...held, judgement };
  const terms = { style, columns, printed: new Set<string>(), contract: contractRows(style, columns) };
  const tried = `${style.faint("secrets tried")}  ${secrets.map(({ name }) => safeText(name)).join(", then ")}`;
  return { title, text: `${verificationText({ ...verification, expected: null }, terms)}\n${tried}` };
}

function titleOf({ id, createdAt, event, method, target }: Delivery): string {
  return `${safeText(event ?? `${method} ${target}`)}  ${clock(createdAt)}  ${shortId(id)}`;
}

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readDump } from "../../dumps/read.ts";
import type { Filter } from "../../history/query.ts";
import type { History } from "../../history/store.ts";
import type { BodyState, Delivery } from "../../model/delivery.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { eventHead } from "../../model/event.ts";
import type { Header, HttpRequest } from "../../model/http.ts";
import type { Context } from "../context.ts";
import { readInput } from "../input.ts";
import { named } from "../verify/dump-sources.ts";

/** A request to be made again: one on record, or one found in a dump. */
export interface Original extends HttpRequest {
  /** For messages: an id, or a file and which of its requests. */
  name: string;
  event: string | null;
  callId: string | null;
  /** What is on record of it; null for a dump. */
  delivery: Delivery | null;
  /** When it was received or made, milliseconds since the epoch; null where a dump does not tell. */
  at: number | null;
  /** Why its bytes are not those that were sent; null when they are. */
  lossy: string | null;
}

/** True for an argument that means a dump: `-`, a path, a name with an extension, or a file that is there. */
export function isDump(argument: string, context: Context): boolean {
  if (argument === "last" || argument === "last-failed") return false;
  return argument === "-" || /[/\\]|\.[^.]+$/.test(argument) || existsSync(resolve(context.cwd, argument));
}

/** @throws TelepathError as `History.get` */
export function recordedOriginal(reference: string, history: History): Original {
  return originalOf(history.get(reference));
}

/**
 * The deliveries a filter matches, oldest first. Which ones is settled before the first is yielded: those that the
 * replay itself records are not among them.
 */
export function filteredOriginals(filter: Filter, history: History): { total: number; originals: Iterable<Original> } {
  const ids = Array.from(history.find(filter), ({ id }) => id);
  function* originals(): Generator<Original> {
    for (const id of ids) yield originalOf(history.get(id));
  }
  return { total: ids.length, originals: originals() };
}

function originalOf(delivery: Delivery): Original {
  const { id, method, target, headers, body, event, callId, createdAt: at } = delivery;
  return { name: id, method, target, headers, body, event, callId, delivery, at, lossy: bodyLoss(delivery) };
}

function bodyLoss({ bodyState }: Delivery): string | null {
  return bodyLosses[bodyState];
}

const bodyLosses: Record<BodyState, string | null> = {
  whole: null,
  "too-large": "its body was cut at the size limit of listen",
  incomplete: "its body is not there to the end",
  inexact: "the dump it was read from does not keep the exact bytes of the body",
};

/** @throws TelepathError when the file cannot be read, or as `readDump` */
export async function dumpedOriginals(path: string, context: Context): Promise<Original[]> {
  const file = path === "-" ? "standard input" : path;
  const bytes = await readInput(path, "the dump", context);
  const { requests } = named(file, () => readDump(bytes));
  return requests.map((request, index) => {
    const name = requests.length === 1 ? file : `${file}, request ${index + 1}`;
    return dumpedOriginal(request, name);
  });
}

/**
 * A request of a dump as one that can be sent.
 *
 * @param name for messages: the file, and which of its requests
 * @throws TelepathError `INVALID_REQUEST`
 */
export function dumpedOriginal(request: DumpedRequest, name: string): Original {
  const parts = requestOf(request, name);
  const at = request.startedAt ?? null;
  return { ...parts, name, ...eventHead(request.body), delivery: null, at, lossy: fidelityLoss(request) };
}

function fidelityLoss({ fidelity }: DumpedRequest): string | null {
  if (fidelity === "reserialised") return "its body was parsed and printed again before it was dumped";
  if (fidelity === "truncated") return "its body is cut short in the dump";
  return fidelity === "absent" ? "its body is not in the dump" : null;
}

function requestOf({ method, target, headers, body }: DumpedRequest, name: string): HttpRequest {
  return {
    method: method ?? "POST",
    target: originForm(target ?? "/", name),
    headers: headers.flatMap(onTheWire),
    body,
  };
}

/** Some forms hold the whole URL where the target stood. */
function originForm(target: string, name: string): string {
  if (target.startsWith("/")) return target;
  if (!URL.canParse(target)) {
    throw new TelepathError(
      "INVALID_REQUEST",
      `${name}: ${JSON.stringify(target)} is no request target`,
      "correct it in the dump: a path that starts with /, or a whole URL",
    );
  }
  const { pathname, search } = new URL(target);
  return pathname + search;
}

/** Pseudo-headers (RFC 9113 §8.3) are no headers in HTTP/1.1; text of a dump goes out as UTF-8. */
function onTheWire([name, value]: Header): Header[] {
  if (name.startsWith(":")) return [];
  return [[name, /[^\0-\xff]/.test(value) ? Buffer.from(value, "utf8").toString("latin1") : value]];
}

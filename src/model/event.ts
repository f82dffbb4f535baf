import { closeBrace, colon, comma, openBrace, quote } from "./ascii.ts";
import { JsonScan, type Written } from "./json-scan.ts";

/**
 * What every Telepath event carries. The types of each event are derived from their schemas in `contract`;
 * this is what can be said of any of them, the unknown ones of users' own fixtures included.
 */
export interface EventHead {
  /** The event's type, such as `call.ended`. */
  event: string | null;
  callId: string | null;
}

/** To go through more of a payload would hold up whoever else waits. An event has some kilobytes. */
const mostRead = 256 * 1024;

/**
 * Reads the type and the call of a payload without judging it. What is not a JSON object has neither. Of a payload over
 * 256 KB, what its beginning names counts.
 */
export function eventHead(payload: Uint8Array): EventHead {
  const isCut = payload.length > mostRead;
  const json = new JsonScan(isCut ? payload.subarray(0, mostRead) : payload);
  const found: Found = { event: null, callId: null };
  const textOf = (value: Written | null): string | null => (value && json.textOf(value)) || null;
  return isObject(json, found) || isCut
    ? { event: textOf(found.event), callId: textOf(found.callId) }
    : { event: null, callId: null };
}

type Found = Record<keyof EventHead, Written | null>;

/** Puts what an object names into `found`. Of members with one name the last counts, as it does for `JSON.parse`. */
function isObject(json: JsonScan, found: Found): boolean {
  if (!json.takes(openBrace)) return false;
  if (!json.takes(closeBrace)) {
    do {
      const name = json.string();
      if (name === null || !json.takes(colon)) return false;
      const isText = json.next() === quote;
      const start = json.at;
      if (!json.takesValue()) return false;
      const value = isText ? { start, end: json.at } : null;
      if (json.says(name, "event")) found.event = value;
      else if (json.says(name, "call_id")) found.callId = value;
    } while (json.takes(comma));
    if (!json.takes(closeBrace)) return false;
  }
  return json.next() === undefined;
}

/** The same of a payload that has been decoded. */
export function eventHeadOf(payload: string): EventHead {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return { event: null, callId: null };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { event: null, callId: null };
  return { event: ownString(value, "event"), callId: ownString(value, "call_id") };
}

function ownString(object: object, key: string): string | null {
  const value: unknown = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}

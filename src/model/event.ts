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

/** Reads the type and the call of a payload without judging it. What is not a JSON object has neither. */
export function eventHead(payload: Uint8Array): EventHead {
  return headIn(new JsonScan(payload)) ?? { event: null, callId: null };
}

/** Undefined when it is no JSON object. Of members with one name the last counts, as it does for `JSON.parse`. */
function headIn(json: JsonScan): EventHead | undefined {
  const found: Record<keyof EventHead, Written | null> = { event: null, callId: null };
  if (!json.takes(openBrace)) return undefined;
  if (!json.takes(closeBrace)) {
    do {
      const name = json.string();
      if (name === null || !json.takes(colon)) return undefined;
      const isText = json.next() === quote;
      const start = json.at;
      if (!json.takesValue()) return undefined;
      const value = isText ? { start, end: json.at } : null;
      if (json.says(name, "event")) found.event = value;
      else if (json.says(name, "call_id")) found.callId = value;
    } while (json.takes(comma));
    if (!json.takes(closeBrace)) return undefined;
  }
  if (json.next() !== undefined) return undefined;
  const textOf = (value: Written | null): string | null => (value && json.textOf(value)) || null;
  return { event: textOf(found.event), callId: textOf(found.callId) };
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

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
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  // All that is not ASCII is inside of strings or an error, so the shape is the same when each byte is taken for a
  // character, and that is made in half the time. Only a name that is not ASCII has to be read as what it is.
  const head = eventHeadOf(bytes.toString("latin1"));
  return isAscii(head.event) && isAscii(head.callId) ? head : eventHeadOf(bytes.toString("utf8"));
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

function isAscii(text: string | null): boolean {
  // oxlint-disable-next-line no-control-regex -- these are the characters in question
  return text === null || /^[\0-\x7f]*$/.test(text);
}

function ownString(object: object, key: string): string | null {
  const value: unknown = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}

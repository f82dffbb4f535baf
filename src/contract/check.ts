import * as v from "valibot";
import { assumedEventTypes, assumedMembers } from "./assumptions.ts";
import { callEndReasons } from "./enumerations.ts";
import { knownEventType, similarEventType, type EventType } from "./event-types.ts";
import { revisions, type Revision } from "./revisions.ts";
import { timeHint } from "./times.ts";
import { identifierForm, schemas, timestampForms } from "./schemas.ts";

/** One member of a payload that is not what the contract says. */
export interface Problem {
  /** The member from the root: `metrics.ai_latency_ms`. Empty for the payload itself. */
  path: string;
  expected: string;
  /** What stands there, shortened; `undefined` when nothing does. Comes from the sender: escape before showing. */
  received: string;
  /** The guide does not say so for this type: see `assumptions`. */
  assumed: boolean;
}

/** What the contract says of a payload. Judges nothing: an unknown type or member is a note and no problem. */
export interface PayloadCheck {
  /** The known type its `event` stands for; null when it is none. */
  type: EventType | null;
  /** The revisions it fits. */
  fits: Revision[];
  /** The revision that `problems` and `notes` are about: the first that fits, or else the one it comes nearest to. */
  revision: Revision | null;
  /** Empty when it fits a revision, or when its type is unknown. */
  problems: Problem[];
  notes: string[];
}

/** Compares a payload with both revisions of the contract. Never throws. */
export function checkPayload(payload: Uint8Array): PayloadCheck {
  const value = parsed(payload);
  if (value === undefined) return misfit("text that is not JSON");
  if (!isObject(value)) return misfit(shown(value));

  const name = Object.hasOwn(value, "event") ? value["event"] : undefined;
  if (typeof name !== "string") {
    return unknown(
      [{ path: "event", expected: "the name of an event type", received: shown(name), assumed: false }],
      [],
    );
  }
  const type = knownEventType(name);
  if (type === undefined) return unknown([], [unknownType(name), ...timeNotes(value, false)]);

  // The sort is stable: of two that come equally near, the earlier revision.
  const results = revisions.map((revision) => compare({ ...value, event: type }, type, revision));
  const fits = results.filter((result) => result.problems.length === 0).map((result) => result.revision);
  const nearest = results.toSorted((a, b) => a.problems.length - b.problems.length)[0]!;
  const spelling = name === type ? [] : [`event is ${shown(name)}, taken for ${type}`];
  return { type, fits, ...nearest, notes: [...spelling, ...notesOn(value, type, nearest.revision)] };
}

function compare(value: object, type: EventType, revision: Revision): { revision: Revision; problems: Problem[] } {
  const { issues = [] } = v.safeParse(schemas[revision][type], value, { abortPipeEarly: true });
  return { revision, problems: issues.map((issue) => problem(issue, type, revision)) };
}

function problem(issue: v.BaseIssue<unknown>, type: EventType, revision: Revision): Problem {
  const path = v.getDotPath(issue) ?? "";
  return {
    path,
    expected: path === "timestamp" ? timestampForms[revision] : expectedBy(issue, type, revision),
    received: shown(issue.kind === "schema" && issue.received === "undefined" ? undefined : issue.input),
    assumed: assumedEventTypes.some((each) => each === type) && assumedMembers.includes(path),
  };
}

/** Of a member that is missing the issue tells the name only: its schema tells what should be there. */
function expectedBy(issue: v.BaseIssue<unknown>, type: EventType, revision: Revision): string {
  if (issue.kind !== "schema") return issue.message;
  const key = issue.path?.at(-1)?.key;
  const isMissing = issue.type.endsWith("object") && issue.expected === JSON.stringify(key);
  if (!isMissing) return issue.expected ?? "something else";
  const { entries } = schemas[revision][type];
  const inMetrics = issue.path!.length > 1 && "metrics" in entries;
  const members: Record<string, { expects: string }> = inMetrics ? entries.metrics.entries : entries;
  return members[String(key)]?.expects ?? issue.expected;
}

function notesOn(value: Record<string, unknown>, type: EventType, revision: Revision): string[] {
  const entries = schemas[revision][type].entries;
  const notes = unknownMembers(value, entries, "").map((path) => {
    const other = revisions.find((each) => Object.hasOwn(schemas[each][type].entries, path));
    return other ? `${shown(path)} belongs to revision ${other}` : `${shown(path)} is not in the contract`;
  });
  if ("metrics" in entries && isObject(value["metrics"])) {
    const unknown = unknownMembers(value["metrics"], entries.metrics.entries, "metrics.");
    notes.push(...unknown.map((path) => `${shown(path)} is not in the contract`));
  }
  notes.push(...timeNotes(value, true));
  for (const name of ["call_id", "connection_id"]) {
    const id = value[name];
    if (typeof id === "string" && !identifierForm.test(id)) {
      notes.push(`${name} ${shown(id)} does not look like ${name.slice(0, 4)}_abc123xyz`);
    }
  }
  const reason = value["reason"];
  if (type === "call.ended" && typeof reason === "string" && !callEndReasons.some((known) => known === reason)) {
    notes.push(`reason ${shown(reason)} is not one of ${callEndReasons.join(", ")}`);
  }
  return notes;
}

/** What a timestamp is when it is not ISO 8601. @param isRequired a schema tells of one that is missing, and of its form */
function timeNotes(value: Record<string, unknown>, isRequired: boolean): string[] {
  const time = Object.hasOwn(value, "timestamp") ? value["timestamp"] : undefined;
  const hint = time === undefined ? undefined : timeHint(time);
  if (hint === undefined || (isRequired && hint === "")) return [];
  return [`timestamp ${shown(time)} is not ISO 8601${hint === "" ? "" : `: ${hint}`}`];
}

function unknownMembers(value: object, entries: object, prefix: string): string[] {
  return Object.keys(value).flatMap((name) => (Object.hasOwn(entries, name) ? [] : [prefix + name]));
}

function unknownType(name: string): string {
  const similar = similarEventType(name);
  return `event type ${shown(name)} is unknown` + (similar ? `; it looks like ${similar}` : "");
}

function misfit(received: string): PayloadCheck {
  return unknown([{ path: "", expected: "a JSON object", received, assumed: false }], []);
}

function unknown(problems: Problem[], notes: string[]): PayloadCheck {
  return { type: null, fits: [], revision: null, problems, notes };
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8"));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** At most 60 characters of a value, on one line. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (isObject(value)) return "an object";
  const text = value === undefined ? "undefined" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

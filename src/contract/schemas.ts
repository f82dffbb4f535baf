import * as v from "valibot";
import { agentTypes, severities, type callEndReasons } from "./enumerations.ts";
import type { EventType } from "./event-types.ts";
import type { Revision } from "./revisions.ts";

/** `call_abc123xyz`: what the guide's identifiers look like. It promises no form, so this is no part of the schemas. */
export const identifierForm = /^(?:call|conn)_[a-z0-9]+$/;

const text = v.pipe(v.string(), v.nonEmpty("a string that is not empty"));
const amount = v.pipe(v.number(), v.minValue(0, "a number from 0 up"));
const absentOrText = v.optional(v.nullable(v.string()));

/** E.164: a plus and up to fifteen digits, no hyphens (ITU-T E.164 §6). */
const e164 = v.pipe(v.string(), v.regex(/^\+[1-9]\d{1,14}$/, "an E.164 number"));

/** What a timestamp is in each revision: ISO 8601 in UTC, to the second or to the millisecond. */
export const timestampForms = {
  "2024-03": "an ISO 8601 time in UTC with seconds",
  "2026-03": "an ISO 8601 time in UTC with milliseconds",
} as const satisfies Record<Revision, string>;

const toTheSecond = instant(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)$/, "2024-03");
const toTheMillisecond = instant(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|\+00:00)$/, "2026-03");

/** A reason outside the list is no fault: the type keeps the list for completion, and `enumerated` tells of it. */
const callEndReason = text as unknown as v.GenericSchema<(typeof callEndReasons)[number] | (string & {})>;

const metrics = v.looseObject({ carrier_lag_ms: amount, ai_latency_ms: amount, gateway_processing_ms: amount });

const agentConnected = { agent_type: v.picklist(agentTypes), agent_id: text };
const agentDisconnected = { reason: text, error_message: absentOrText };
const errorOccurred = { error_code: text, error_message: v.string(), severity: v.picklist(severities) };

/** The members of every type's payload, by revision. Further members may come along. */
export const schemas = {
  "2024-03": {
    "call.started": event("call.started", toTheSecond, {
      from: text,
      to: text,
      connection_id: text,
      carrier: absentOrText,
    }),
    "agent.connected": event("agent.connected", toTheSecond, agentConnected),
    "agent.disconnected": event("agent.disconnected", toTheSecond, agentDisconnected),
    "error.occurred": event("error.occurred", toTheSecond, errorOccurred),
    "call.ended": event("call.ended", toTheSecond, { duration_seconds: amount, reason: callEndReason, metrics }),
  },
  "2026-03": {
    "call.started": event("call.started", toTheMillisecond, {
      caller_id: e164,
      called_number: e164,
      connection_id: text,
      carrier: absentOrText,
      codec: text,
    }),
    "agent.connected": event("agent.connected", toTheMillisecond, { connection_id: text, ...agentConnected }),
    "agent.disconnected": event("agent.disconnected", toTheMillisecond, { connection_id: text, ...agentDisconnected }),
    "error.occurred": event("error.occurred", toTheMillisecond, { connection_id: text, ...errorOccurred }),
    "call.ended": event("call.ended", toTheMillisecond, {
      connection_id: text,
      duration_seconds: amount,
      disconnect_reason: text,
      metrics,
    }),
  },
} as const satisfies Record<Revision, Record<EventType, v.GenericSchema>>;

/** The payload of a type of event in a revision: `EventOf<"call.ended", "2026-03">`. Without one, in either. */
export type EventOf<T extends EventType, R extends Revision = Revision> = {
  [Each in R]: v.InferOutput<(typeof schemas)[Each][T]>;
}[R];

export type CallStarted<R extends Revision = Revision> = EventOf<"call.started", R>;
export type CallEnded<R extends Revision = Revision> = EventOf<"call.ended", R>;
export type AgentConnected<R extends Revision = Revision> = EventOf<"agent.connected", R>;
export type AgentDisconnected<R extends Revision = Revision> = EventOf<"agent.disconnected", R>;
export type ErrorOccurred<R extends Revision = Revision> = EventOf<"error.occurred", R>;

/** Any payload Telepath is known to send, told apart by `event`. */
export type TelepathEvent<R extends Revision = Revision> = { [T in EventType]: EventOf<T, R> }[EventType];

function event<const T extends EventType, Time extends v.GenericSchema, Members extends v.ObjectEntries>(
  type: T,
  timestamp: Time,
  members: Members,
) {
  return v.object({ event: v.literal(type), call_id: text, timestamp, ...members });
}

function instant(form: RegExp, revision: Revision) {
  const expected = timestampForms[revision];
  return v.pipe(v.string(), v.regex(form, expected), v.check(isCalendarDate, expected));
}

/** `Date.parse` takes 30 February for 1 March. */
function isCalendarDate(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
}

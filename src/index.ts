export type { EventType } from "./contract/event-types.ts";
export type { Revision } from "./contract/revisions.ts";
export type {
  AgentConnected,
  AgentDisconnected,
  CallEnded,
  CallStarted,
  ErrorOccurred,
  EventOf,
  TelepathEvent,
} from "./contract/schemas.ts";
export { readDump, type DumpReading } from "./dumps/read.ts";
export { createEvent, type CreatedEvent, type CreateOptions, type EventOverrides } from "./fixtures/create.ts";
export { parseEvent, type UnknownEvent } from "./fixtures/parse.ts";
export type { Diagnosis, FirstDifference } from "./model/delivery.ts";
export type { DumpedRequest, Fidelity } from "./model/dump.ts";
export { TelepathError } from "./model/errors.ts";
export type { Header, HeaderList } from "./model/http.ts";
export { diagnose, sign, verify, type RequestToDiagnose, type SignatureJudgement } from "./signatures/library.ts";

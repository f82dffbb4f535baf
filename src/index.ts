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
export { createEvent, type CreatedEvent, type CreateOptions, type EventOverrides } from "./fixtures/create.ts";
export { parseEvent, type UnknownEvent } from "./fixtures/parse.ts";
export { TelepathError } from "./model/errors.ts";
export { sign, verify } from "./signatures/library.ts";

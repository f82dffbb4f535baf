export { assertAccepted, assertKeepsContract, assertRefused, matchers } from "./testing/assertions.ts";
export type { CheckOptions, CheckOutcome } from "./testing/check.ts";
export type { Delivered } from "./testing/delivered.ts";
export { startReceiver, type ReceivedEvent, type TestReceiver } from "./testing/receiver.ts";
export type { FetchHandler, TestApp } from "./testing/serve.ts";
export { startTelepath, type SendOptions, type Telepath, type TelepathOptions } from "./testing/telepath.ts";

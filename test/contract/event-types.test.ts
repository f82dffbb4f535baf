import { describe, expect, it } from "vitest";
import { assumptions } from "../../src/contract/assumptions.ts";
import { callEndReasons } from "../../src/contract/enumerations.ts";
import { canonicalEventType, eventTypes, eventTypeSpellings, knownEventType } from "../../src/contract/event-types.ts";
import { answerTimeoutMs, maxConcurrency, retryDelaysMs } from "../../src/contract/limits.ts";

describe("names of event types", () => {
  it.each(["constructor", "__proto__", "toString", "", "call", "CALL.ENDED"])("leaves %j as it is", (name) => {
    expect(canonicalEventType(name)).toBe(name);
    expect(knownEventType(name)).toBeUndefined();
    expect(eventTypeSpellings(name)).toEqual([name]);
  });

  it.each([
    ["ai_agent.connected", "agent.connected"],
    ["ai.connected", "agent.connected"],
    ["agent_connected", "agent.connected"],
    ["ai_agent.disconnected", "agent.disconnected"],
    ["ai.disconnected", "agent.disconnected"],
    ["agent_disconnected", "agent.disconnected"],
    ["call.error", "error.occurred"],
    ["error", "error.occurred"],
    ["error_occurred", "error.occurred"],
    ["call_started", "call.started"],
    ["call_ended", "call.ended"],
    ["call.ended", "call.ended"],
  ])("takes %s for %s", (alias, type) => {
    expect(canonicalEventType(alias)).toBe(type);
    expect(eventTypeSpellings(type)).toContain(alias);
    expect(eventTypeSpellings(alias)[0]).toBe(type);
  });
});

// The numbers and names of the guide, written out once more so that a slip in the table shows.
describe("the contract's figures", () => {
  it("are the guide's", () => {
    expect(eventTypes).toEqual([
      "call.started",
      "agent.connected",
      "agent.disconnected",
      "error.occurred",
      "call.ended",
    ]);
    expect(retryDelaysMs.map((ms) => ms / 1000)).toEqual([5, 30, 5 * 60, 30 * 60, 2 * 60 * 60]);
    expect(answerTimeoutMs).toBe(30_000);
    expect(maxConcurrency).toBe(100);
    expect(callEndReasons).toHaveLength(7);
  });

  it("come with every assumption in words and a way round it", () => {
    for (const { subject, assumed, override } of assumptions) {
      expect([subject, assumed, override].every((text) => text !== "" && !text.includes("undefined"))).toBe(true);
    }
  });
});

import { describe, expect, it } from "vitest";
import { checkPayload } from "../../src/contract/check.ts";

const ended = {
  event: "call.ended",
  call_id: "call_abc123xyz",
  timestamp: "2024-03-14T15:10:13Z",
  duration_seconds: 47,
  reason: "normal_disconnect",
  metrics: { carrier_lag_ms: 1, ai_latency_ms: 2, gateway_processing_ms: 3 },
};

const check = (value: unknown) => checkPayload(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)));

describe("a payload compared with the contract", () => {
  it.each([
    ["no JSON", "{", "text that is not JSON"],
    ["an array", "[]", "an array"],
    ["null", "null", "null"],
    ["a number", "12", "12"],
    ["nothing", "", "text that is not JSON"],
  ])("is no payload when it is %s", (_case, text, received) => {
    expect(check(text)).toEqual({
      type: null,
      fits: [],
      revision: null,
      problems: [{ path: "", expected: "a JSON object", received, assumed: false }],
      notes: [],
    });
  });

  it.each([
    ["timestamp", "2024-03-14 15:10:13", "an ISO 8601 time in UTC with seconds"],
    ["timestamp", "2024-02-30T15:10:13Z", "an ISO 8601 time in UTC with seconds"],
    ["timestamp", "2024-03-14T15:10:13+01:00", "an ISO 8601 time in UTC with seconds"],
    ["timestamp", "2024-03-14T15:10:13.000Z", "an ISO 8601 time in UTC with seconds"],
    ["duration_seconds", -1, "a number from 0 up"],
    ["duration_seconds", "47", "number"],
    ["call_id", "", "a string that is not empty"],
    ["reason", null, "string"],
  ])("names %s when it is %j", (path, wrong, expected) => {
    const { fits, revision, problems } = check({ ...ended, [path]: wrong });
    expect({ fits, revision }).toEqual({ fits: [], revision: "2024-03" });
    expect(problems).toContainEqual({ path, expected, received: JSON.stringify(wrong), assumed: false });
  });

  it("names a member that is missing, deep ones by their path", () => {
    const { problems } = check({ ...ended, metrics: { carrier_lag_ms: 1, ai_latency_ms: 2 } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: "metrics.gateway_processing_ms", received: "undefined" });
  });

  it("shortens what it repeats of the sender's", () => {
    const { problems } = check({ ...ended, duration_seconds: "9".repeat(10_000) });
    expect(problems[0]?.received.length).toBeLessThanOrEqual(60);
  });

  it("marks a problem that rests on an assumption", () => {
    const { problems } = check({
      event: "agent.connected",
      timestamp: "2024-03-14T15:09:28Z",
      agent_type: "fax",
      agent_id: "a",
    });
    expect(problems.map(({ path, assumed }) => [path, assumed])).toEqual([
      ["call_id", true],
      ["agent_type", false],
    ]);
  });

  it("speaks of the revision the payload comes nearest to", () => {
    const { disconnect_reason: _without, ...rest } = {
      ...ended,
      timestamp: "2026-03-14T15:10:13.123Z",
      connection_id: "conn_def456abc",
      disconnect_reason: "caller_hangup",
    };
    const { reason: _old, ...payload } = rest;
    const result = check(payload);
    expect(result).toMatchObject({ revision: "2026-03", fits: [] });
    expect(result.problems.map(({ path }) => path)).toEqual(["disconnect_reason"]);
  });

  it("fits one revision, and says so", () => {
    expect(check(ended)).toEqual({
      type: "call.ended",
      fits: ["2024-03"],
      revision: "2024-03",
      problems: [],
      notes: [],
    });
  });

  it("takes a carrier that is absent or null", () => {
    const started = {
      event: "call.started",
      call_id: "call_abc123xyz",
      timestamp: "2024-03-14T15:09:26+00:00",
      from: "+1-202-555-0142",
      to: "+1-202-555-0187",
      connection_id: "conn_def456abc",
    };
    expect(check(started).problems).toEqual([]);
    expect(check({ ...started, carrier: null }).problems).toEqual([]);
  });

  it("takes a spelling it knows for the type, and notes it", () => {
    expect(check({ ...ended, event: "call_ended" })).toMatchObject({
      type: "call.ended",
      fits: ["2024-03"],
      notes: ['event is "call_ended", taken for call.ended'],
    });
  });

  it.each([
    ["invoice.paid", 'event type "invoice.paid" is unknown'],
    ["callEnded", 'event type "callEnded" is unknown; it looks like call.ended'],
    ["AI-Agent-Connected", 'event type "AI-Agent-Connected" is unknown; it looks like agent.connected'],
    ["constructor", 'event type "constructor" is unknown'],
    ["__proto__", 'event type "__proto__" is unknown'],
  ])("notes that the type %s is unknown and finds no fault with it", (event, note) => {
    expect(check({ event })).toEqual({ type: null, fits: [], revision: null, problems: [], notes: [note] });
  });

  it.each([
    ["call.strated", "call.started"],
    ["agent.disconected", "agent.disconnected"],
    ["call.end", "call.ended"],
    ["eror.occured", "error.occurred"],
  ])("takes %s for a slip of %s", (event, meant) => {
    expect(check({ event }).notes).toEqual([`event type "${event}" is unknown; it looks like ${meant}`]);
  });

  it.each(["order", "call.answered", "call", "agent", "agent.updated", "e".repeat(100_000)])(
    "does not take %.20s for a slip of anything",
    (event) => {
      expect(check({ event }).notes[0]).toMatch(/ is unknown$/);
    },
  );

  it.each([
    [1_709_287_200, ": it looks like Unix seconds, 2024-03-01T10:00:00Z"],
    ["1709287200.5", ": it looks like Unix seconds, 2024-03-01T10:00:00.500Z"],
    [1_709_287_200_123, ": it looks like Unix milliseconds, 2024-03-01T10:00:00.123Z"],
    ["2024-03-01 10:00:00", ': there is a space where "T" belongs'],
    ["2024-03-01T10:00:00", ": it has no time zone: Z is missing"],
    ["Fri, 01 Mar 2024 10:00:00 GMT", ": it is a date in another form"],
    ["03/01/2024", ": it is a date in another form"],
  ])("tells what the time %j is", (timestamp, hint) => {
    const note = `timestamp ${JSON.stringify(timestamp)} is not ISO 8601${hint}`;
    expect(check({ ...ended, timestamp }).notes).toEqual([note]);
    expect(check({ event: "invoice.paid", timestamp }).notes).toContain(note);
  });

  it("tells of a time that is none where no schema does", () => {
    expect(check({ event: "invoice.paid", timestamp: "soon" }).notes).toContain('timestamp "soon" is not ISO 8601');
    expect(check({ ...ended, timestamp: "soon" }).notes).toEqual([]);
    for (const timestamp of ["2024-03-01T10:00:00.5+02:00", "2024-03-01T10:00Z"]) {
      expect(check({ event: "invoice.paid", timestamp }).notes).toHaveLength(1);
    }
  });

  it("says what a member that is missing should be, and of one that is wrong says it once", () => {
    const { reason: _reason, metrics: _metrics, ...rest } = ended;
    expect(check({ ...rest, timestamp: "x" }).problems).toEqual([
      { path: "timestamp", expected: "an ISO 8601 time in UTC with seconds", received: '"x"', assumed: false },
      { path: "reason", expected: "string", received: "undefined", assumed: false },
      { path: "metrics", expected: "Object", received: "undefined", assumed: false },
    ]);
  });

  it("asks for an event name", () => {
    expect(check({}).problems).toEqual([
      { path: "event", expected: "the name of an event type", received: "undefined", assumed: false },
    ]);
  });

  it("notes members it does not know, of either level, and those of the other revision", () => {
    const payload = { ...ended, extra: 1, connection_id: "conn_1", metrics: { ...ended.metrics, jitter_ms: 4 } };
    const result = check(payload);
    expect(result.fits).toEqual(["2024-03"]);
    expect(result.notes).toEqual([
      '"extra" is not in the contract',
      '"connection_id" belongs to revision 2026-03',
      '"metrics.jitter_ms" is not in the contract',
    ]);
  });

  it("notes an identifier of another form and a reason outside the list", () => {
    expect(check({ ...ended, call_id: "Call-17", reason: "gone" })).toMatchObject({
      fits: ["2024-03"],
      notes: [
        'call_id "Call-17" does not look like call_abc123xyz',
        expect.stringMatching(/^reason "gone" is not one of normal_disconnect, /),
      ],
    });
  });

  it("keeps a member called __proto__ a member", () => {
    const result = check(`{"__proto__":{"call_id":"call_1"},${JSON.stringify(ended).slice(1)}`);
    expect(result.notes).toEqual(['"__proto__" is not in the contract']);
    expect(({} as Record<string, unknown>)["call_id"]).toBeUndefined();
  });
});

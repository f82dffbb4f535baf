import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { AgentCallError } from "../../src/tunnels/agent-process.ts";
import { endpointEnded, mayPass, mayPassSoon, tunnelError } from "../../src/tunnels/errors.ts";
import { ngrokCodes } from "../../src/tunnels/ngrok-codes.ts";

/** What ngrok's documentation names for agents and their visitors, and what becomes of a tunnel that meets it. */
const fates: Record<"ends" | "few tries" | "tries on", number[]> = {
  ends: [103, 105, 107, 120, 121, 123, 312, 316, 320, 333, 725, 727, 3004, 3200, 4018, 6022, 6024, 8012],
  "few tries": [108, 324, 334],
  "tries on": [702, 734],
};

describe("the table of ngrok's codes", () => {
  it("has every code, each with what happened and a next step", () => {
    const codes = Object.values(fates).flat();
    expect(Object.keys(ngrokCodes).sort()).toEqual(codes.map((code) => `ERR_NGROK_${code}`).sort());
    for (const [code, message, hint] of Object.values(ngrokCodes)) {
      expect(code).toMatch(/^TUNNEL_[A-Z_]+$/);
      expect(message).toMatch(/^\S.{9,}[^.]$/);
      expect(hint).toMatch(/^\S.{9,}[^.]$/);
    }
  });

  it.each(Object.entries(fates).flatMap(([fate, codes]) => codes.map((code) => [code, fate] as const)))(
    "%d: a tunnel %s",
    (code, fate) => {
      const step = { doing: "sign in", address: "edge:443", secrets: [] };
      const failure = { message: "text", errorCode: `ERR_NGROK_${code}` };
      // As the SDK's own words for an endpoint that was ended hold it.
      const printed = `error on join: Custom { kind: NotConnected, error: ListenerClosed { message: "text", error_code: Some("ERR_NGROK_${code}") } }`;
      for (const error of [
        tunnelError(new AgentCallError(failure), step),
        endpointEnded(failure, []),
        endpointEnded({ message: printed }, []),
      ]) {
        expect(error).toBeInstanceOf(TelepathError);
        expect(mayPassSoon(error) ? "few tries" : mayPass(error) ? "tries on" : "ends").toBe(fate);
        expect(error.message).toContain(`ERR_NGROK_${code}`);
      }
    },
  );

  it("is not asked by words that only look like a code", () => {
    const words = 'ListenerClosed { message: "error_code: Some(\\"ERR_NGROK_334\\")", error_code: None }';
    expect(endpointEnded({ message: words }, [])).toMatchObject({
      code: "TUNNEL_ENDED",
      message: 'ngrok ended the endpoint: error_code: Some("ERR_NGROK_334")',
    });
  });
});

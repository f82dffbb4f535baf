import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import type { TunnelRequest } from "../../src/tunnels/provider.ts";
import { planEndpoint } from "../../src/tunnels/request.ts";

const request: TunnelRequest = { upstream: "http://127.0.0.1:4000", allowCidrs: [], onState: () => {} };

function refusal(change: Partial<TunnelRequest>): TelepathError {
  try {
    planEndpoint({ ...request, ...change });
  } catch (error) {
    if (error instanceof TelepathError) return error;
  }
  throw new Error("not refused");
}

describe("what the user asks of a tunnel", () => {
  it.each([
    "",
    "localhost",
    "*.example.com",
    "a..b",
    "-a.example",
    "a_b.example",
    "10.0.0.1",
    "a.example/path",
    "a.example:80",
    "a b.example",
  ])("refuses %j as a domain", (domain) => expect(refusal({ domain }).code).toBe("TUNNEL_DOMAIN_INVALID"));

  it.each([
    "no-colon-in-it",
    ":password-alone",
    "user:short77",
    `user:${"x".repeat(129)}`,
    "user:with\nline-end",
    "user:half\ud800-pair",
  ])("refuses %j as user and password, without repeating it", (basicAuth) => {
    const error = refusal({ basicAuth });
    expect(error.code).toBe("TUNNEL_BASIC_AUTH_INVALID");
    expect(error.message).not.toContain(basicAuth.split(":").at(-1));
  });

  it.each([
    "",
    "10.0.0.0/33",
    "10.0.0/8",
    "::/129",
    "fe80::1%eth0/64",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "example.com",
  ])("refuses %j as a network", (cidr) =>
    expect(refusal({ allowCidrs: ["10.0.0.0/8", cidr] }).code).toBe("TUNNEL_CIDR_INVALID"),
  );

  it("takes what people write and means the same to the edge", () => {
    const plan = planEndpoint({
      upstream: "http://127.0.0.1:4000",
      domain: "https://Hooks.Bücher.example/",
      basicAuth: "user:pass:word:with:colons",
      allowCidrs: ["203.0.113.7", " 10.0.0.0/8", "2001:db8::/032"],
      onState: () => {},
    });
    expect(plan).toEqual({
      upstream: "http://127.0.0.1:4000",
      domain: "hooks.xn--bcher-kva.example",
      credentials: { user: "user", password: "pass:word:with:colons" },
      allowCidrs: ["203.0.113.7/32", "10.0.0.0/8", "2001:db8::/32"],
    });
  });
});

import { describe, expect, it } from "vitest";
import { parseTarget, targetUrl } from "../../src/delivery/target.ts";

describe("a target", () => {
  it.each(["", "localhost:3000", "ftp://h/", "file:///etc/passwd", "http:/h", "http://", "//h/", "http://h:99999/"])(
    "is not %j",
    (text) => {
      expect(() => parseTarget(text)).toThrow(/is not a URL to send to/);
    },
  );

  it.each([
    ["localhost:3000", "http://localhost:3000"],
    ["localhost:3000/hooks?a=b", "http://localhost:3000/hooks?a=b"],
    ["localhost", "http://localhost"],
    ["127.0.0.1:80/x", "http://127.0.0.1:80/x"],
    ["[::1]:3000", "http://[::1]:3000"],
    ["3000", "http://localhost:3000"],
    [":3000/hooks", "http://localhost:3000/hooks"],
    ["app.example.com/hooks", "https://app.example.com/hooks"],
    ["host:8080", "https://host:8080"],
  ])("is not %j, and the refusal says what was meant", (text, meant) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ hint: `did you mean ${meant}?` }));
  });

  it.each([
    "",
    "/",
    "/hooks",
    "hooks",
    "user:hunter2@localhost:3000",
    "localhost:99999",
    "http:/h",
    "http://",
    "a b:1",
  ])("is not %j, and nobody knows what was meant", (text) => {
    const hint = "for example http://localhost:3000/webhooks";
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ hint }));
  });

  it.each(["http://user:hunter2@host/", "https://:hunter2@host/x", "ftp://user:hunter2@host/"])(
    "carries no credentials, and the refusal repeats none: %s",
    (text) => {
      expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "INVALID_TARGET" }));
      expect(() => parseTarget(text)).not.toThrow(/hunter2/);
    },
  );

  it("keeps path and query, and asks for / without one", () => {
    const parsed = parseTarget("http://localhost:3000/a%2Fb?c=d#e");
    expect(parsed).toEqual({ origin: "http://localhost:3000", host: "localhost:3000", target: "/a%2Fb?c=d" });
    expect(targetUrl(parsed)).toBe("http://localhost:3000/a%2Fb?c=d");
    expect(parseTarget("https://[::1]:443")).toEqual({ origin: "https://[::1]", host: "[::1]", target: "/" });
  });
});

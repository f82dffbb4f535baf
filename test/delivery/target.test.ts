import { describe, expect, it } from "vitest";
import { parseTarget, targetUrl } from "../../src/delivery/target.ts";

describe("a target", () => {
  it.each(["", "localhost:3000", "ftp://h/", "file:///etc/passwd", "http:/h", "http://", "//h/", "http://h:99999/"])(
    "is not %j",
    (text) => {
      expect(() => parseTarget(text)).toThrow(/is not a URL to send to/);
    },
  );

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

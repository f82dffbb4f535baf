import { describe, expect, it } from "vitest";
import { forwardTarget, prefixedTarget } from "../../src/listen/forward-target.ts";

describe("the app's address", () => {
  it.each([
    ["ftp://localhost", "/"],
    ["localhost:3000", "/"],
    ["http://user:pass@localhost:3000", "/"],
    ["http://localhost:3000/?x=1", "/"],
    ["http://localhost:3000", "hooks"],
    ["http://localhost:3000", "/hooks?x=1"],
    ["http://localhost:3000", "/a b"],
    ["http://localhost:3000", "/a\r\nX: y"],
  ])("cannot be %s with the path %j, and the error repeats no password", (to, path) => {
    expect(() => forwardTarget(to, path)).toThrow(expect.objectContaining({ code: "INVALID_TARGET" }));
    expect(() => forwardTarget(to, path)).not.toThrow(/pass@/);
  });

  it.each([
    ["http://localhost:3000", "/", "", "http://localhost:3000"],
    ["http://LOCALHOST:80/", "/hooks/", "/hooks", "http://localhost/hooks"],
    ["https://app.test/base/", "/hooks", "/base/hooks", "https://app.test/base/hooks"],
  ])("%s with the path %s puts %j before what is received", (to, path, prefix, url) => {
    expect(forwardTarget(to, path)).toMatchObject({ prefix, url });
  });
});

describe("the target for the app", () => {
  it.each([
    ["", "/", "/"],
    ["", "//x", "//x"],
    ["/hooks", "/", "/hooks"],
    ["/hooks", "/?a=1", "/hooks?a=1"],
    ["/hooks", "/x?a=/", "/hooks/x?a=/"],
    ["/hooks", "//x", "/hooks//x"],
  ])("is, for %j and %s, %s", (prefix, received, target) => {
    expect(prefixedTarget(prefix, received)).toBe(target);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { installedSdk } from "../../src/tunnels/installed.ts";

/** A file in a folder where the SDK is this; null: where there is none. */
function placeWith(sdk: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), "telepath-sdk-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (sdk !== null) {
    const own = join(folder, "node_modules/@ngrok/ngrok");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "package.json"), '{"name":"@ngrok/ngrok","version":"1.2.3"}');
    writeFileSync(join(own, "index.js"), sdk);
  }
  return join(folder, "index.js");
}

describe("the installed SDK", () => {
  it("is missing", () => {
    expect(() => installedSdk(placeWith(null))).toThrow(expect.objectContaining({ code: "TUNNEL_SDK_MISSING" }));
  });

  it("lacks its native part for this platform", () => {
    const place = placeWith('require("@ngrok/ngrok-beos-x64")');
    expect(() => installedSdk(place)).toThrow(expect.objectContaining({ code: "TUNNEL_SDK_MISSING" }));
  });

  it("has a native part that does not load", () => {
    const place = placeWith('throw Object.assign(new Error("x"), { code: "ERR_DLOPEN_FAILED" })');
    expect(() => installedSdk(place)).toThrow(expect.objectContaining({ code: "TUNNEL_SDK_BROKEN" }));
  });

  it("loads here, with its version and its native part", () => {
    const { version, binary } = installedSdk();
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(binary).toMatch(/^@ngrok\/ngrok-/);
  });
});

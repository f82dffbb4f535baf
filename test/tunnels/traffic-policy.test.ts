import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { policySecrets, readTrafficPolicy } from "../../src/tunnels/traffic-policy.ts";
import { freshFolder } from "../cli/run.ts";

function file(content: string | Uint8Array): string {
  const path = join(freshFolder(), "policy.yml");
  writeFileSync(path, content);
  return path;
}

describe("a traffic policy", () => {
  it.each([
    ["YAML", "on_http_request:\n  - actions:\n      - type: deny # all\n"],
    ["JSON", '{\n\t"on_http_request": [{"actions": [{"type": "deny"}]}]\n}'],
    ["YAML with Windows line ends and a BOM", "\ufeffon_http_request:\r\n  - actions: []\r\n"],
  ])("in %s is passed on as it stands", async (_form, text) => {
    expect(await readTrafficPolicy(file(text))).toBe(text.replace(/^\ufeff/, ""));
  });

  it.each([
    ["nothing", "", "not a mapping"],
    ["a comment alone", "# nothing\n", "not a mapping"],
    ["a list", "- type: deny", "not a mapping"],
    ["an empty mapping", "{}", "not a mapping"],
    ["broken YAML", "a: [b", "cannot be used"],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), "not UTF-8"],
    ["far too much", Buffer.alloc(300_000, "#"), "300000 bytes"],
  ])("of %s is refused with the reason", async (_case, content, problem) => {
    await expect(readTrafficPolicy(file(content))).rejects.toMatchObject({
      code: "TRAFFIC_POLICY_INVALID",
      message: expect.stringContaining(problem) as string,
      hint: expect.stringContaining("traffic-policy") as string,
    });
  });

  it("that is broken is refused without a word of it: it may hold passwords", async () => {
    const broken = 'on_http_request:\n  - actions:\n      - credentials: ["user:pass-word-1"\n  - x: "\n';
    const error: unknown = await readTrafficPolicy(file(broken)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(/: line \d, column \d+: [a-z ]+$/) as string });
    expect(JSON.stringify([String(error), error])).not.toContain("pass-word");
  });

  it("that is not there, or is no file, is refused", async () => {
    const folder = freshFolder();
    await expect(readTrafficPolicy(join(folder, "none.yml"))).rejects.toMatchObject({ code: "TRAFFIC_POLICY_MISSING" });
    await expect(readTrafficPolicy(folder)).rejects.toMatchObject({ code: "TRAFFIC_POLICY_INVALID" });
  });
});

describe("the secrets in a traffic policy", () => {
  it("are what stands under such names, whole and without the user before a colon", () => {
    const policy = `
on_http_request:
  - expressions: ["req.method == 'POST'"]
    actions:
      - type: basic-auth
        config: { realm: the-realm, credentials: ["joe:S3cret-of-policy"] }
      - type: verify-webhook
        config: { provider: stripe, secret: whsec_abc, key: 12345678 }
`;
    expect(policySecrets(policy)).toEqual([
      "joe:S3cret-of-policy",
      "S3cret-of-policy",
      "whsec_abc",
      "whsec_abc",
      "12345678",
      "12345678",
    ]);
  });
});

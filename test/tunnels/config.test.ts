import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { findAuthtoken, readNgrokConfig, type NgrokSettings } from "../../src/tunnels/config.ts";
import { selfSigned } from "../support/ngrok-edge/certificate.ts";

const token = "2SecretTokenOfATest_4nq9771bPxe8ctg7";
let home: string;
let settings: NgrokSettings;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "ngrok-config-"));
  settings = { env: {}, home, platform: "linux" };
});
afterEach(() => rm(home, { recursive: true }));

async function write(path: string, content: string | Uint8Array): Promise<string> {
  const full = join(home, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, content);
  return full;
}

async function failure(promise: Promise<unknown>): Promise<TelepathError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TelepathError);
  const { message, hint } = error as TelepathError;
  expect(`${message}${hint}`).not.toContain(token);
  return error as TelepathError;
}

describe("a configuration file that cannot be used", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [name, before] of ["ba", "cb", "dc", "ed", "fe", "gf"])
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(", ")}]`);

  it.each([
    ["an open bracket", `authtoken: [${token}`, /line 1, column \d+: bad/],
    ["a tab for indentation", `agent:\n\tauthtoken: ${token}`, /line 2, column 1: tab/],
    ["a key twice", `authtoken: ${token}\nauthtoken: ${token}`, /line 2, column 1: duplicate key/],
    ["a tag of a language", `authtoken: !!js/function "${token}"`, /line 1, column 12: tag resolve failed/],
    ["an unknown alias", `authtoken: *${token}`, /line 1, column 12: bad alias|aliases/],
    ["a bomb of aliases", bomb.join("\n"), /aliases cannot be resolved/],
    ["two documents", `authtoken: ${token}\n---\nauthtoken: b`, /multiple docs/],
    ["a list for a token", `version: 3\nagent:\n  authtoken: [${token}]`, /authtoken is not a text/],
    ["an IPv6 address to connect to", `server_addr: "[::1]:443"`, /not host:port/],
    ["a port too high", "server_addr: localhost:70000", /not host:port/],
    ["roots that are not there", "root_cas: nowhere.pem", /does not exist/],
    ["roots that are no certificate", "root_cas: ngrok.yml", /no PEM certificate/],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x61, 0x00]), /not UTF-8/],
    ["far too many bytes", Buffer.alloc(1_048_577, "#"), /far too much/],
  ])("says what is wrong with %s", async (_case, content, problem) => {
    const path = await write("ngrok.yml", content);
    const error = await failure(readNgrokConfig({ ...settings, configPath: path }));
    expect(error.code).toBe("NGROK_CONFIG_INVALID");
    expect(error.message).toContain(path);
    expect(error.message).toMatch(problem);
  });

  it("is refused at once when it is a directory, a device or a FIFO", async () => {
    const fifo = join(home, "fifo.yml");
    execFileSync("sh", ["-c", `mkfifo "$0"`, fifo]);
    for (const configPath of [home, "/dev/zero", fifo]) {
      const error = await failure(readNgrokConfig({ ...settings, configPath }));
      expect([error.code, error.message]).toEqual([
        "NGROK_CONFIG_INVALID",
        expect.stringMatching(/not a regular file|EISDIR/),
      ]);
    }
  });

  it("is an error when it was named and does not exist", async () => {
    const configPath = join(home, "none.yml");
    expect((await failure(readNgrokConfig({ ...settings, configPath }))).code).toBe("NGROK_CONFIG_MISSING");
  });
});

describe("ngrok's configuration file", () => {
  it("may be missing when nobody named it", async () => {
    expect(await readNgrokConfig(settings)).toEqual({
      path: null,
      authtoken: undefined,
      serverAddress: undefined,
      rootCas: undefined,
    });
    expect(await findAuthtoken(settings)).toBeUndefined();
  });

  it("is read in its version 3, with certificates beside it", async () => {
    const { cert } = selfSigned("localhost");
    await write("own.pem", cert);
    const content = `version: "3"\nagent:\n  authtoken: ${token}\n  connect_url: connect.example.com\n  connect_cas: own.pem\n`;
    const path = await write("ngrok.yml", content);
    const config = await readNgrokConfig({ ...settings, configPath: path });
    expect(config).toEqual({
      path,
      version: "3",
      authtoken: token,
      serverAddress: "connect.example.com:443",
      rootCas: Buffer.from(cert),
    });
  });

  it("is read in its version 2", async () => {
    const path = await write(
      "ngrok.yml",
      `\uFEFFversion: 2\r\nauthtoken: 12345678901234567890\r\nserver_addr: localhost:4443\r\nroot_cas: host\r\n`,
    );
    const config = await readNgrokConfig({ ...settings, configPath: path });
    expect(config).toEqual({
      path,
      version: "2",
      authtoken: "12345678901234567890",
      serverAddress: "localhost:4443",
      rootCas: "host",
    });
  });

  it("may be empty, or hold nothing for us", async () => {
    for (const content of [
      "",
      "# nothing\n",
      "authtoken:\nconnect_cas: trusted",
      "agent: ~",
      "- a list",
      "tunnels: {a: &x {addr: 1}, b: *x}",
    ]) {
      const path = await write("ngrok.yml", content);
      const config = await readNgrokConfig({ ...settings, configPath: path });
      expect(config, content).toEqual({ path, authtoken: undefined, serverAddress: undefined, rootCas: undefined });
    }
  });

  it.each<[string, Partial<NgrokSettings>, string]>([
    ["Linux", {}, ".config/ngrok/ngrok.yml"],
    ["ngrok's snap package", {}, "snap/ngrok/current/.config/ngrok/ngrok.yml"],
    ["ngrok 2", {}, ".ngrok2/ngrok.yml"],
    ["macOS", { platform: "darwin" }, "Library/Application Support/ngrok/ngrok.yml"],
  ])("is found where %s keeps it", async (_system, other, path) => {
    await write(path, `authtoken: ${token}`);
    expect(await findAuthtoken({ ...settings, ...other })).toBe(token);
  });

  it("is found below XDG_CONFIG_HOME", async () => {
    await write("elsewhere/ngrok/ngrok.yml", `authtoken: ${token}`);
    expect(await findAuthtoken({ ...settings, env: { XDG_CONFIG_HOME: join(home, "elsewhere") } })).toBe(token);
  });
});

describe("the authtoken", () => {
  it("comes from the flag, then the environment, then the file", async () => {
    await write(".config/ngrok/ngrok.yml", "authtoken: from-file");
    const env = { NGROK_AUTHTOKEN: " from-environment\n" };
    expect(await findAuthtoken({ ...settings, env, authtoken: "from-flag" })).toBe("from-flag");
    expect(await findAuthtoken({ ...settings, env })).toBe("from-environment");
    expect(await findAuthtoken({ ...settings, env: { NGROK_AUTHTOKEN: " " }, authtoken: "" })).toBe("from-file");
  });
});

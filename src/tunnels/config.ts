import { X509Certificate } from "node:crypto";
import { dirname, posix, resolve, win32 } from "node:path";
import { TelepathError } from "../model/errors.ts";
import { asText, readSmallFile } from "./small-file.ts";
import { parseYaml } from "./yaml.ts";

/** Where the settings of ngrok come from. */
export interface NgrokSettings {
  /** `--authtoken`. */
  authtoken?: string;
  /** `--ngrok-config`: this file, and it must be there. */
  configPath?: string;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  platform: NodeJS.Platform;
}

/** What ngrok's own configuration file says, as far as it concerns a connection. */
export interface NgrokConfig {
  /** The file read; null when there is none. */
  path: string | null;
  /** As it is written there; undefined when it is not. */
  version: string | undefined;
  authtoken: string | undefined;
  /** `host:port` to connect to instead of ngrok's own. */
  serverAddress: string | undefined;
  /** Whom to trust: the machine's roots, the certificates of a PEM file, or (undefined) the SDK's own roots. */
  rootCas: "host" | Uint8Array | undefined;
}

const LARGEST_FILE = 1_048_576;
const NOTHING: NgrokConfig = {
  path: null,
  version: undefined,
  authtoken: undefined,
  serverAddress: undefined,
  rootCas: undefined,
};

/** An authtoken and where it was found. */
export interface FoundToken {
  token: string;
  /** `--authtoken`, the variable's name, or the path of the file. */
  from: string;
}

/**
 * The authtoken, from where the user put it: `--authtoken`, `NGROK_AUTHTOKEN`, ngrok's configuration file; undefined
 * when it is in none of them.
 *
 * @throws TelepathError `NGROK_CONFIG_MISSING` or `NGROK_CONFIG_INVALID`.
 */
export async function findToken(settings: NgrokSettings): Promise<FoundToken | undefined> {
  const given = [
    [settings.authtoken, "--authtoken"],
    [settings.env["NGROK_AUTHTOKEN"], "NGROK_AUTHTOKEN"],
  ] as const;
  for (const [value, from] of given) {
    const token = value?.trim();
    if (token) return { token, from };
  }
  const { authtoken, path } = await readNgrokConfig(settings);
  return authtoken === undefined || path === null ? undefined : { token: authtoken, from: path };
}

/** The authtoken alone; see `findToken`. */
export async function findAuthtoken(settings: NgrokSettings): Promise<string | undefined> {
  return (await findToken(settings))?.token;
}

/**
 * Reads ngrok's configuration file, of version 2 or 3. It is never written, and its content is in no error.
 *
 * @see https://ngrok.com/docs/agent/config/v3
 * @throws TelepathError `NGROK_CONFIG_MISSING` or `NGROK_CONFIG_INVALID`.
 */
export async function readNgrokConfig(settings: NgrokSettings): Promise<NgrokConfig> {
  if (settings.configPath !== undefined) {
    const config = await readIfThere(settings.configPath);
    if (config) return config;
    throw new TelepathError(
      "NGROK_CONFIG_MISSING",
      `there is no ngrok configuration file ${settings.configPath}`,
      "check --ngrok-config, or leave it out to use ngrok's default file",
    );
  }
  for (const path of defaultPaths(settings)) {
    const config = await readIfThere(path);
    if (config) return config;
  }
  return NOTHING;
}

/** ngrok's default places: of version 3, of its snap package, of version 2. */
function defaultPaths({ env, home, platform }: NgrokSettings): string[] {
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] || win32.join(home, "AppData", "Local");
    return [win32.join(local, "ngrok", "ngrok.yml"), win32.join(home, ".ngrok2", "ngrok.yml")];
  }
  const old = posix.join(home, ".ngrok2", "ngrok.yml");
  if (platform === "darwin") return [posix.join(home, "Library", "Application Support", "ngrok", "ngrok.yml"), old];
  const configHome = env["XDG_CONFIG_HOME"]?.startsWith("/") ? env["XDG_CONFIG_HOME"] : posix.join(home, ".config");
  const snap = posix.join(home, "snap", "ngrok", "current", ".config", "ngrok", "ngrok.yml");
  return [posix.join(configHome, "ngrok", "ngrok.yml"), snap, old];
}

async function readIfThere(path: string): Promise<NgrokConfig | undefined> {
  const refuse = (problem: string): TelepathError => invalid(path, problem);
  const bytes = await readSmallFile(path, LARGEST_FILE, refuse);
  if (bytes === undefined) return undefined;
  // A token of digits stays as it is written.
  const file = mappingOf(parseYaml(asText(bytes, refuse), "failsafe", refuse));
  // Version 3 put what was at the top under `agent` and gave two settings new names.
  const agent = mappingOf(file["agent"]);
  const setting = (...names: string[]): string | undefined => {
    const value = names.map((name) => agent[name] ?? file[name]).find((found) => found !== undefined);
    if (value === undefined || value === "" || value === "null" || value === "~") return undefined;
    if (typeof value === "string") return value.trim();
    throw invalid(path, `${names[0]} is not a text`);
  };
  return {
    path,
    version: setting("version"),
    authtoken: setting("authtoken"),
    serverAddress: serverAddress(setting("connect_url", "server_addr"), path),
    rootCas: await rootCas(setting("connect_cas", "root_cas"), path),
  };
}

/** Own members only, without a prototype. */
function mappingOf(value: unknown): Record<string, unknown> {
  const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
  return Object.assign(Object.create(null), isMapping ? value : undefined) as Record<string, unknown>;
}

/** The SDK takes names and IPv4 addresses; 443 when there is no port. */
function serverAddress(given: string | undefined, path: string): string | undefined {
  if (given === undefined) return undefined;
  const [, host, port = "443"] =
    /^(?:(?:https|tls):\/\/)?([a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::(\d{1,5}))?\/?$/i.exec(given) ?? [];
  if (host !== undefined && Number(port) > 0 && Number(port) < 65_536) return `${host}:${port}`;
  throw invalid(path, "the address to connect to (connect_url, server_addr) is not host:port");
}

async function rootCas(given: string | undefined, path: string): Promise<NgrokConfig["rootCas"]> {
  if (given === undefined || given === "trusted") return undefined;
  if (given === "host") return "host";
  const pem = await readSmallFile(resolve(dirname(path), given), LARGEST_FILE, (problem) => invalid(path, problem));
  if (pem === undefined)
    throw invalid(path, "the file of its root certificates (connect_cas, root_cas) does not exist");
  if (isCertificate(pem)) return pem;
  throw invalid(path, "the file of its root certificates (connect_cas, root_cas) holds no PEM certificate");
}

function isCertificate(pem: Buffer): boolean {
  try {
    return pem.includes("-----BEGIN CERTIFICATE-----") && new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function invalid(path: string, problem: string): TelepathError {
  return new TelepathError(
    "NGROK_CONFIG_INVALID",
    `the ngrok configuration file ${path} cannot be used: ${problem}`,
    "mend it (ngrok config check helps), or name another with --ngrok-config",
  );
}

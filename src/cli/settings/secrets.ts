import { randomInt, randomUUID } from "node:crypto";
import { chmodSync, linkSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { makeDataFolder } from "../../history/folder.ts";
import { systemCode, TelepathError } from "../../model/errors.ts";
import { Secret } from "../../model/secret.ts";
import type { Context } from "../context.ts";
import { readInput, readRegularFile } from "../input.ts";
import type { SecretFlags } from "../options.ts";
import type { Project } from "./project.ts";
import { warnOfVisible } from "./visible.ts";

export const secretVariable = "TELEPATH_WEBHOOK_SECRET";
/** During a rotation: accepted, never used to sign. */
export const previousVariable = "TELEPATH_WEBHOOK_SECRET_PREVIOUS";

/** The secrets a command works with. */
export interface Secrets {
  /** Signs. Never the previous one of a rotation. */
  signing: Secret;
  /** All of them in order, the signing one first: `verify` and `listen` try each. */
  all: Secret[];
}

/**
 * The signing secrets in the order of the guide: `--secret-file`, `--secret`, the environment, the project's `.env`,
 * then the project's development secret, which is made when nothing else was found.
 *
 * @throws TelepathError `EMPTY_SECRET`, `UNREADABLE_INPUT`
 */
export async function findSecrets(context: Context, project: Project, flags: SecretFlags): Promise<Secrets> {
  const given = await givenSecrets(context, project, flags);
  const development =
    readDevelopmentSecret(project) ?? (given.signing[0] ? undefined : announcedDevelopmentSecret(context, project));
  const signing = given.signing[0] ?? development!;
  return { signing, all: [...given.signing, ...given.previous, ...(development ? [development] : [])] };
}

/** The same without making a secret: for `verify`, where a new one could match nothing. Empty when there is none. */
export async function knownSecrets(context: Context, project: Project, flags: SecretFlags): Promise<Secret[]> {
  const given = await givenSecrets(context, project, flags);
  const development = readDevelopmentSecret(project);
  return [...given.signing, ...given.previous, ...(development ? [development] : [])];
}

async function givenSecrets(
  context: Context,
  project: Project,
  flags: SecretFlags,
): Promise<{ signing: Secret[]; previous: Secret[] }> {
  const { signing, previous } = await givenValues(context, project, flags);
  const secret = ({ value, name }: GivenValue): Secret => new Secret(value, name);
  return { signing: signing.map(secret), previous: previous.map(secret) };
}

/** What somebody gave as a signing secret, as it stands. Never to be printed. */
export interface GivenValue {
  value: string;
  /** Where it came from, fit to be shown. */
  name: string;
}

/**
 * The values given, in their order, the development secret aside.
 *
 * @throws TelepathError `UNREADABLE_INPUT`
 */
export async function givenValues(
  context: Context,
  project: Project,
  flags: SecretFlags,
): Promise<{ signing: GivenValue[]; previous: GivenValue[] }> {
  const signing: GivenValue[] = [];
  for (const path of flags.secretFile ?? []) signing.push(await valueFromFile(path, context));
  if (flags.secret !== undefined) {
    warnOfVisible(context, "--secret", "--secret-file or the environment");
    signing.push({ value: flags.secret, name: "--secret" });
  }
  const sources: [Record<string, string | undefined>, string][] = [
    [context.env, ""],
    [readDotEnv(project), " in .env"],
  ];
  const previous: GivenValue[] = [];
  for (const [variables, where] of sources) {
    const current = variables[secretVariable];
    const earlier = variables[previousVariable];
    if (current !== undefined) signing.push({ value: current, name: secretVariable + where });
    if (earlier !== undefined) previous.push({ value: earlier, name: previousVariable + where });
  }
  return { signing, previous };
}

async function valueFromFile(path: string, context: Context): Promise<GivenValue> {
  const bytes = await readInput(path, "the secret file", context, 64 * 1024);
  if (path !== "-" && process.platform !== "win32" && (statSync(resolve(context.cwd, path)).mode & 0o077) !== 0) {
    context.stderr.write(`warning: others on this machine can read ${path}; chmod 600 it\n`);
  }
  return { value: withoutClosingLineEnd(bytes.toString("utf8")), name: path === "-" ? "standard input" : path };
}

/** Editors and `echo` close a file with one line end; anything else is the secret's own. */
function withoutClosingLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

/** The variables of the project's `.env`; none when there is no such file. */
export function readDotEnv(project: Project): Record<string, string | undefined> {
  const path = join(project.root, ".env");
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return {}; // some call a Python environment that
  try {
    return parseEnv(readRegularFile(path, "the file", 1024 ** 2).toString("utf8"));
  } catch (error) {
    if (isAbsent(error)) return {};
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof TelepathError && ["ENOENT", "ENOTDIR"].includes(systemCode(error.cause) ?? "");
}

const developmentName = "development secret";

/** The file that holds the development secret, or would. */
export function developmentPath(project: Project): string {
  return join(project.dataDir, "development-secret");
}

export function readDevelopmentSecret(project: Project): Secret | undefined {
  try {
    const bytes = readRegularFile(developmentPath(project), "the development secret", 64 * 1024);
    return new Secret(withoutClosingLineEnd(bytes.toString("utf8")), developmentName);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    if (!(error instanceof TelepathError)) throw error;
    throw new TelepathError(error.code, error.message, "telepath-hooks secret --new makes another", { cause: error });
  }
}

function announcedDevelopmentSecret(context: Context, project: Project): Secret {
  const secret = makeDevelopmentSecret(project, { replace: false });
  context.stderr.write("made a development secret for this project\n");
  context.stderr.write("  telepath-hooks secret --env .env gives it to your app\n");
  return secret;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Makes the project's development secret: `whsec_` and 32 random letters and digits, used as it stands. Two processes
 * that do so at once end up with the same one, and none ever sees half of it.
 *
 * @throws TelepathError `UNWRITABLE_SECRET`, or as `makeDataFolder`
 */
export function makeDevelopmentSecret(project: Project, { replace }: { replace: boolean }): Secret {
  makeDataFolder(project.dataDir);
  const value = `whsec_${Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
  const path = developmentPath(project);
  const fresh = `${path}.${randomUUID()}`;
  try {
    writeFileSync(fresh, `${value}\n`, { mode: 0o600, flag: "wx" });
    chmodSync(fresh, 0o600); // the umask may have taken more
    if (replace) renameSync(fresh, path);
    else publish(fresh, path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return readDevelopmentSecret(project)!;
    throw new TelepathError(
      "UNWRITABLE_SECRET",
      `${path} cannot be written (${systemCode(error) ?? "unknown error"})`,
      `set ${secretVariable}, or name a writable folder with --data-dir`,
      { cause: error },
    );
  } finally {
    rmSync(fresh, { force: true });
  }
  return new Secret(value, developmentName);
}

/** @throws `EEXIST` where another process was faster */
function publish(fresh: string, path: string): void {
  try {
    linkSync(fresh, path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw error;
    renameSync(fresh, path); // no hard links here (FAT, some network drives): of two processes the last wins
  }
}

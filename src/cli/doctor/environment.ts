import { configVariables } from "../settings/config.ts";
import { dataVariable } from "../settings/project.ts";
import { previousVariable, readDotEnv, secretVariable } from "../settings/secrets.ts";
import { suggestion } from "../suggest.ts";
import { ok, warning, type Found } from "./finding.ts";
import { tunnelWish, type Check, type Subject } from "./subject.ts";

/** Variables that change what every command does, and those that look as if they did. */
export const environment: Check = {
  name: "environment",
  run(subject) {
    const { env } = subject.context;
    const found = [...tlsFindings(env), ...proxyFindings(subject), ...misnamed(subject)];
    if (found.length > 0) return found;
    return [ok(env["CI"] ? "CI is set; nothing that gets in the way" : "no variable that gets in the way")];
  },
};

type Environment = Subject["context"]["env"];

function tlsFindings(env: Environment): Found[] {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return [];
  const fix = "unset NODE_TLS_REJECT_UNAUTHORIZED; NODE_EXTRA_CA_CERTS trusts a certificate of your own";
  return [warning("NODE_TLS_REJECT_UNAUTHORIZED=0: no certificate is checked by anything Node runs", fix)];
}

function proxyFindings(subject: Subject): Found[] {
  const { env } = subject.context;
  const name = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].find(
    (one) => env[one],
  );
  if (name === undefined) return [];
  if (tunnelWish(subject) === "none") return [ok(`${name} is set; requests to your app go past it`)];
  const fix = "let connect.ngrok-agent.com:443 out, or use --tunnel none with --public-url";
  return [
    warning(`${name} is set, and ngrok's SDK uses no proxy: where only the proxy gets out, no tunnel opens`, fix),
  ];
}

const settingVariables: readonly string[] = [dataVariable, ...Object.values(configVariables)];
const secretVariables: readonly string[] = [secretVariable, previousVariable];

/** A name that nothing reads although it was meant to be read. Other variables of an app may begin alike. */
function misnamed({ context, project }: Subject): Found[] {
  const ours = (name: string): boolean => settingVariables.includes(name) || secretVariables.includes(name);
  const fromShell = Object.keys(context.env).flatMap((name) => {
    const meant = ours(name) ? undefined : meantBy(name);
    return meant === undefined ? [] : [warning(`${name} is set, and nothing reads it`, meant)];
  });
  const fromFile = Object.keys(variablesOf(project)).flatMap((name) => {
    if (settingVariables.includes(name)) {
      return [
        warning(`${name} stands in .env, where only the secret is read`, `export ${name}, or use the configuration`),
      ];
    }
    const meant = ours(name) ? undefined : meantBy(name);
    return meant === undefined ? [] : [warning(`${name} stands in .env, and nothing reads it`, meant)];
  });
  return [...fromShell, ...fromFile];
}

function meantBy(name: string): string | undefined {
  const near = suggestion(name, [...settingVariables, ...secretVariables]);
  if (name.startsWith("TELEPATH_HOOKS_")) return near ?? `known are ${settingVariables.join(", ")}`;
  if (!name.startsWith("TELEPATH_")) return undefined;
  return near ?? (name.endsWith("SECRET") ? `did you mean ${secretVariable}?` : undefined);
}

/** An unreadable file is for the check of that file to tell. */
function variablesOf(project: Subject["project"]): Record<string, unknown> {
  try {
    return readDotEnv(project);
  } catch {
    return {};
  }
}

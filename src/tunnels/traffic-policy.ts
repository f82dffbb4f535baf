import { TelepathError } from "../model/errors.ts";
import { asText, readSmallFile } from "./small-file.ts";
import { parseYaml } from "./yaml.ts";

/** Far above what ngrok takes; a policy is written by hand. */
const mostBytes = 256 * 1024;

/**
 * A traffic policy for ngrok's edge, as it stands in the file: YAML or JSON. What its rules mean is for ngrok to judge,
 * which refuses the endpoint when it does not understand them.
 *
 * @see https://ngrok.com/docs/traffic-policy
 * @throws TelepathError `TRAFFIC_POLICY_MISSING`, `TRAFFIC_POLICY_INVALID`
 */
export async function readTrafficPolicy(path: string): Promise<string> {
  const refuse = (problem: string): TelepathError =>
    new TelepathError(
      "TRAFFIC_POLICY_INVALID",
      `the traffic policy ${path} cannot be used: ${problem}`,
      "correct it; https://ngrok.com/docs/traffic-policy describes the form",
    );
  const bytes = await readSmallFile(path, mostBytes, refuse);
  if (bytes === undefined) {
    throw new TelepathError("TRAFFIC_POLICY_MISSING", `there is no file ${path}`, "check --traffic-policy");
  }
  const text = asText(bytes, refuse);
  const value = parsed(text, refuse);
  const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMapping || Object.keys(value).length === 0) throw refuse("it is not a mapping such as on_http_request: […]");
  return text;
}

function parsed(text: string, refuse: (problem: string) => TelepathError): unknown {
  try {
    return JSON.parse(text); // YAML takes nearly all of JSON, but not tabs everywhere
  } catch {
    // then it is YAML, or broken
  }
  return parseYaml(text, "core", refuse);
}

/** Members of a policy whose values are nobody else's business. */
const secretName = /secret|password|token|credential|key|auth|cookie/i;
/** Shorter ones are words, and their absence would only make a refusal harder to read. */
const leastSecret = 6;

/** The values in a policy that must not be printed, should ngrok repeat them. */
export function policySecrets(policy: string): string[] {
  const found: string[] = [];
  const look = (value: unknown, isSecret: boolean): void => {
    if (typeof value === "string" || typeof value === "number") {
      const text = String(value);
      if (isSecret) found.push(text, text.slice(text.indexOf(":") + 1)); // `user:password` is one of the forms
    } else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) look(member, isSecret || secretName.test(name));
    }
  };
  const refuse = (problem: string): TelepathError => new TelepathError("TRAFFIC_POLICY_INVALID", problem);
  look(parsed(policy, refuse), false);
  return found.filter(({ length }) => length >= leastSecret);
}

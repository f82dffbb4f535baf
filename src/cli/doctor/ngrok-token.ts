import { findToken, readNgrokConfig, type FoundToken, type NgrokConfig } from "../../tunnels/config.ts";
import { tokenMissing } from "../../tunnels/errors.ts";
import { tokenPage } from "../../tunnels/ngrok-codes.ts";
import { isOpenToOthers, statusOf } from "./files.ts";
import { ok, problem, shellWord, skipped, warning, type Found } from "./finding.ts";
import { tunnelWish, type Check } from "./subject.ts";

/** The authtoken of ngrok: where it is, what shape it has; and ngrok's own configuration file. */
export const ngrokToken: Check = {
  name: "ngrok-token",
  async run(subject) {
    const wish = tunnelWish(subject);
    if (wish === "none") return [skipped("the configuration wants no tunnel")];
    const config = await readNgrokConfig(subject.ngrok);
    const found = await findToken(subject.ngrok);
    return [...(found ? tokenFindings(found) : [missing(wish)]), ...fileFindings(config)];
  },
};

function missing(wish: "wanted" | "default"): Found {
  const { message, hint = null } = tokenMissing();
  return (wish === "wanted" ? problem : warning)(message, hint);
}

const copyAgain = `copy the token alone from ${tokenPage}, then: ngrok config add-authtoken <token>`;

function tokenFindings({ token, from }: FoundToken): Found[] {
  const wrong = shapeProblem(token);
  if (wrong !== undefined) return [problem(`the authtoken in ${from} ${wrong}`, copyAgain)];
  if (/^[A-Za-z0-9]{10,}_[A-Za-z0-9]{10,}$/.test(token)) return [ok(`an authtoken is in ${from}`)];
  return [
    warning(
      `the authtoken in ${from} does not look like ngrok's, two runs of letters and digits with a _ between`,
      copyAgain,
    ),
  ];
}

/** What ngrok would refuse; it says so itself only once it is asked. */
function shapeProblem(token: string): string | undefined {
  if (/^(["'`]).*\1$/.test(token)) return "still has quotes around it";
  if (/\s/.test(token)) return "holds white space";
  if (!/^[\u0021-\u007e]+$/.test(token)) return "holds characters no authtoken has";
  if (/^(?:cr|ak|ep|rd)_/.test(token))
    return "is the id of something at ngrok (its first letters say so), and no token";
  if (/^(?:undefined|null|none|todo|change[-_]?me|<.*>|\$.*|your[-_].*)$/i.test(token)) return "is a placeholder";
  return undefined;
}

function fileFindings({ path, version, serverAddress, rootCas, authtoken }: NgrokConfig): Found[] {
  if (path === null) return [];
  const found: Found[] = [];
  if (version === undefined || !["2", "3"].includes(version)) {
    const what = version === undefined ? "does not say its version" : `is of version ${version}, and 2 and 3 are known`;
    found.push(warning(`${path} ${what}`, "ngrok config upgrade"));
  }
  const status = statusOf(path);
  if (authtoken !== undefined && status && isOpenToOthers(status)) {
    found.push(warning(`others on this machine may read the authtoken in ${path}`, `chmod 600 ${shellWord(path)}`));
  }
  if (serverAddress !== undefined) {
    const trust = rootCas === undefined ? "" : ", with certificates of its own";
    found.push(ok(`${path} leads to ${serverAddress} instead of ngrok's own address${trust}`));
  }
  return found;
}

import { join } from "node:path";
import { previousVariable, readDotEnv, secretVariable } from "../settings/secrets.ts";
import { isOpenToOthers, modeText, statusOf } from "./files.ts";
import { ok, problem, shellWord, skipped, warning, type Found } from "./finding.ts";
import { gitState } from "./git.ts";
import type { Check } from "./subject.ts";

/** The project's `.env`: who can read a secret that stands in it. */
export const envFile: Check = {
  name: "env-file",
  async run({ project, context }) {
    const path = join(project.root, ".env");
    const status = statusOf(path);
    if (!status?.isFile()) return [skipped("there is no .env")];
    const variables = readDotEnv(project);
    if (variables[secretVariable] === undefined && variables[previousVariable] === undefined) {
      return [ok(`.env is there, without ${secretVariable}`)];
    }
    const found: Found[] = [];
    const state = await gitState(path, project.root, context);
    if (state === "tracked") {
      const fix = "git rm --cached .env && echo .env >> .gitignore, then replace the secret: it stays in git's history";
      found.push(problem(".env holds the signing secret and is kept in git", fix));
    } else if (state === "untracked") {
      found.push(warning(".env holds the signing secret and is not ignored by git", "echo .env >> .gitignore"));
    }
    if (isOpenToOthers(status)) {
      const fix = `chmod 600 ${shellWord(path)}`;
      found.push(warning(`others on this machine may read the secret in .env (mode ${modeText(status)})`, fix));
    }
    const kept = state === null ? "no git repository holds it" : "git ignores it";
    return found.length > 0 ? found : [ok(`.env holds the secret, for you alone; ${kept}`)];
  },
};

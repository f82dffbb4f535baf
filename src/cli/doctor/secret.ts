import { TelepathError } from "../../model/errors.ts";
import { secretTransformations, type SecretTransformation } from "../../signatures/diagnose/secret-causes.ts";
import {
  developmentPath,
  givenValues,
  previousVariable,
  readDevelopmentSecret,
  secretVariable,
  type GivenValue,
} from "../settings/secrets.ts";
import { isOpenToOthers, statusOf } from "./files.ts";
import { ok, problem, problemOf, shellWord, skipped, warning, type Found } from "./finding.ts";
import type { Check, Subject } from "./subject.ts";

/** The signing secret: which one signs, what shape it has, and whether the places that hold one agree. */
export const secret: Check = {
  name: "secret",
  async run({ context, project, flags }) {
    const { signing, previous } = await givenValues(context, project, flags);
    const development = developmentFindings(project);
    const all = [...signing, ...previous];
    const found = [...all.flatMap(shapeFindings), ...agreementFindings(signing, previous)];
    const [first] = signing;
    if (first === undefined) return [...found, ...(development ?? [noneThere])];
    if (found.some(({ status }) => status === "problem")) return found;
    const others = all.slice(1).map(({ name }) => name);
    const accepted = others.length > 0 ? `; accepted as well: ${others.join(", ")}` : "";
    const unused = (development ?? []).filter(({ status }) => status !== "ok");
    return [ok(`${first.name} signs${accepted}`), ...found, ...unused];
  },
};

const noneThere = skipped(
  `no secret is set; the first send or listen makes a development secret, unless ${secretVariable} is set`,
);

/** What a look at a secret alone can tell; the diagnosis of signatures has the same mistakes. */
const visibleMistakes: readonly string[] = [
  "secret-bom",
  "secret-trailing-newline",
  "secret-quotes",
  "secret-whitespace",
  "secret-zero-width",
  "secret-variable-assignment",
];

/** Shorter ones can be guessed, or are not the secret at all. */
const shortest = 16;
const placeholder = /^(?:undefined|null|none|nil|todo|change[-_ ]?me|secret|x{3,}|\.{3}|<.*>|your[-_ ].*)$/i;

function shapeFindings({ value, name }: GivenValue): Found[] {
  if (value.trim() === "") {
    return [problem(`${name} is empty; no command takes an empty secret`, "give it a value, or take it away")];
  }
  if (placeholder.test(value.trim())) {
    return [problem(`${name} holds a placeholder and no secret`, "copy the secret from Telepath's dashboard")];
  }
  const mistake = visibleMistakes
    .map((code) => secretTransformations.find((one) => one.code === code && one.at === "given")!)
    .find(({ undo }) => undo(value).some((changed) => changed !== undefined && changed !== value));
  if (mistake) {
    return [warning(`${name}: ${withoutFullStop(mistake.summary)}`, withoutFullStop(adviceOf(mistake)))];
  }
  if (value.length < shortest) {
    return [
      warning(`${name} has fewer than ${shortest} characters`, "is that all of it? copy it from Telepath's dashboard"),
    ];
  }
  return [];
}

/** Some of the diagnosis's advice is to run this command. */
function adviceOf({ advice }: SecretTransformation): string {
  return advice.includes("doctor") ? "give it exactly as Telepath's dashboard shows it" : advice;
}

function agreementFindings(signing: readonly GivenValue[], previous: readonly GivenValue[]): Found[] {
  const found: Found[] = [];
  const [first, ...others] = signing;
  const different = others.find(({ value }) => value !== first?.value);
  if (first && different) {
    const message = `${first.name} and ${different.name} differ: the first signs, and an app that knows the second refuses it`;
    found.push(warning(message, "make them the same, or take one away"));
  }
  for (const { value, name } of previous) {
    if (first === undefined) {
      found.push(warning(`${name} is set, and no secret that replaces it`, `set ${secretVariable}, too`));
    } else if (signing.some((current) => current.value === value)) {
      found.push(warning(`${name} is the secret that signs: nothing is being rotated`, `unset ${previousVariable}`));
    }
  }
  return found;
}

/** Undefined when there is none. */
function developmentFindings(project: Subject["project"]): Found[] | undefined {
  const path = developmentPath(project);
  try {
    if (readDevelopmentSecret(project) === undefined) return undefined;
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    return [problemOf(error)];
  }
  const status = statusOf(path);
  if (status && isOpenToOthers(status)) {
    return [warning("others on this machine may read the development secret", `chmod 600 ${shellWord(path)}`)];
  }
  return [ok("the project's development secret signs; telepath-hooks secret --env .env gives it to your app")];
}

function withoutFullStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

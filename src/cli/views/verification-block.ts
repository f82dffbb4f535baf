import type { ContractRows } from "./verification-contract.ts";
import { differenceText } from "./verification-difference.ts";
import { row, rowColumns } from "./verification-layout.ts";
import type { Style } from "./style.ts";
import { counted, countText, safeText } from "./text.ts";
import type { Remedy, Verification } from "./verification.ts";

/** What a block of the view knows besides its request. */
export interface BlockTerms {
  style: Style;
  columns: number;
  /** What was printed above already: code and hints come once in a run. Blocks add to it. */
  printed: Set<string>;
  contract: ContractRows;
}

/** Where text goes that no terminal limits, a body's excerpt is this wide. */
const unlimitedExcerpt = 66;
const widestExcerpt = 120;

const otherBytes = "The request is signed correctly, but over other bytes than this dump shows. ";
const keepBytes = "Have what forwards or records the request keep its body byte for byte. ";

/** What stands under the line of a request that is not plainly valid; empty when there is nothing to say. */
export function blockText(verification: Verification, terms: BlockTerms): string {
  const { request, judgement, expected } = verification;
  const { verdict, diagnosis, observations } = judgement;
  const { style, columns } = terms;
  const lines: string[] = [];
  const add = (label: string, text: string): void => void lines.push(row(style.faint(label), text, columns));

  if (diagnosis !== null) {
    const recovered = verdict === "valid" && judgement.proof !== undefined ? otherBytes : "";
    const label = verdict === "valid" ? "note" : "cause";
    add(label, `${recovered}${safeText(diagnosis.summary)} (${safeText(diagnosis.code)})`);
    if (diagnosis.steps.length > 1) add("steps", diagnosis.steps.map(safeText).join("; "));
    const side = sideText(verification);
    if (side !== undefined) add("where", side);
    lines.push(...differenceRows(verification, terms));
    const changedBefore = judgement.proof?.sides.includes("dump") === true && cameAsHeld(verification);
    add("fix", `${changedBefore ? keepBytes : ""}${safeText(adviceBeside(verification.remedy, diagnosis.advice))}`);
  }
  // Under a valid line only what tells why it is: the rest would be read as a doubt.
  const seen = verdict === "valid" ? observations : [...observations, ...request.notes];
  for (const text of seen) add("seen", safeText(text));
  const next = nextStep(verification);
  if (next !== undefined) add("next", next);
  if (expected !== null) add("expected", expected);
  lines.push(terms.contract.rows(verification));
  return lines.join("") + remedyText(verification, terms);
}

/** Whose bytes had to be changed for the HMAC to match; undefined where no search proved that. */
function sideText({ request, judgement }: Verification): string | undefined {
  const { proof } = judgement;
  if (proof === undefined) return undefined;
  const words = {
    dump: cameAsHeld({ request, judgement })
      ? "before it came here: Content-Length fits these bytes, so the sender, or what forwarded them, changed them after signing"
      : "on this side: the receiver, or what wrote this dump, changed the body after it came",
    sender: "at the sender",
    secret: "in the secret given here",
    header: "in the sender's signature header",
  };
  const sides = [...new Set(proof.sides)].map((side) => words[side]);
  return sides.length === 0 ? undefined : sides.join("; and ");
}

/** Above the code for one framework, the word on another would only confuse. */
function adviceBeside(remedy: Remedy | undefined, advice: string): string {
  return remedy?.framework ? advice.replace(/ \(Express: [^"]*"[^"]*" \}\)\)/, "") : advice;
}

/** What to do where no cause was proved; undefined where the rows above say it. */
function nextStep({ request, judgement }: Verification): string | undefined {
  const { verdict, reason, diagnosis, observations } = judgement;
  if (verdict === "valid" || diagnosis !== null || reason === null) return undefined;
  const isSearched = observations.length > 0;
  // Notes of lossy forms say what to ask their producer for.
  if (reason.startsWith("body-") && (request.notes.length > 0 || !isSearched)) return undefined;
  return reason === "mismatch" && !isSearched ? undefined : nextSteps[reason];
}

const nextSteps: Record<NonNullable<Verification["judgement"]["reason"]>, string> = {
  mismatch:
    "compare the secret with the one the sender has (--secret-file can be given more than once); if it is the same, the body was changed in what it says, not only in how it is written",
  "missing-signature":
    "find out whether the sender signs, and whether a proxy or the program that made the dump drops it",
  "signature-not-in-dump":
    "have the program that made the dump print the header: many mask what looks like a credential",
  "malformed-signature": "the header must be sha256= and 64 lower-case hex digits",
  "ambiguous-signature": "one header is right: look for a proxy that adds a second one",
  "body-not-in-dump": "record the request with its body: log the raw bytes, or run curl with --trace",
  "body-truncated": "record the whole body: log the raw bytes, or raise the limit of what made the dump",
  "body-lossy": "log the raw body, in base64 for instance, before a JSON parser sees it; or compare the secrets",
};

/** `Content-Length` counts the bytes on the wire: where those are the ones held, they were not changed after that. */
function cameAsHeld({ request, judgement }: Pick<Verification, "request" | "judgement">): boolean {
  const { fidelity, declaredBytes, body } = request;
  return fidelity === "exact" && declaredBytes === body.length && judgement.proof?.signed.length !== declaredBytes;
}

/** The two bodies around the place where they part, and how long they are. */
function differenceRows({ request, judgement }: Verification, { style, columns }: BlockTerms): string[] {
  const { diagnosis, proof } = judgement;
  const first = diagnosis?.firstDifference ?? null;
  if (first === null) return [];
  const room = columns === Number.POSITIVE_INFINITY ? unlimitedExcerpt : Math.min(rowColumns(columns), widestExcerpt);
  const { declaredBytes } = request;
  const declared = declaredBytes === null ? "" : `, ${countText(declaredBytes)} declared`;
  const length = `${counted(first.heldBytes, "byte")} held, ${countText(first.signedBytes)} signed${declared}`;
  const rows: [string, string][] = [["length", length]];
  // Without a search, the bytes signed are another reading of the same dump.
  const signed = proof?.signed ?? request.otherReadings.find(({ length }) => length === first.signedBytes);
  const excerpt = signed === undefined ? null : differenceText(request.body, signed, room, style);
  if (excerpt === null) {
    rows.push(["held", safeText(first.held)], ["signed", safeText(first.signed)]);
    rows.push(["", `they part at byte ${countText(first.offset)}`]);
  } else {
    rows.push(["held", excerpt.held], ["signed", excerpt.signed]);
    rows.push(["", `${excerpt.caret} byte ${countText(excerpt.offset)}`]);
  }
  // An excerpt is cut to fit and must not be wrapped.
  return rows.map(([label, text]) => row(style.faint(label), text, Number.POSITIVE_INFINITY));
}

/** The code that mends it, once for each framework; else how to ask for it, once. */
function remedyText({ remedy }: Verification, { style, columns, printed }: BlockTerms): string {
  if (remedy === undefined) return "";
  const { framework } = remedy;
  const name = framework?.name ?? "";
  if (printed.has(name)) {
    return framework === null
      ? ""
      : row(style.faint("code"), `for ${framework.title} as above (--framework gives another)`, columns);
  }
  printed.add(name);
  if (framework === null) {
    return row(style.faint("code"), "--framework express (or fastify, flask, rails, …) prints it for yours", columns);
  }
  const guessed = remedy.asked ? "" : ", which the dump suggests (--framework gives another)";
  const code = framework.code.split("\n").map((line) => (line === "" ? "" : `    ${line}`));
  return `${row(style.faint("code"), `for ${framework.title}${guessed}:`, columns)}\n${code.join("\n")}\n\n`;
}

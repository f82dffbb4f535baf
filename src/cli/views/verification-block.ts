import { frameworks } from "../../signatures/advice/index.ts";
import { differenceText } from "./verification-difference.ts";
import { row, rowColumns } from "./verification-layout.ts";
import type { Style } from "./style.ts";
import { counted, safeText } from "./text.ts";
import type { Verification } from "./verification.ts";

/** What a block of the view knows besides its request. */
export interface BlockTerms {
  style: Style;
  columns: number;
  /** What was printed above already: code and hints come once in a run. Blocks add to it. */
  printed: Set<string>;
}

/** Where text goes that no terminal limits, a body's excerpt is this wide. */
const unlimitedExcerpt = 66;
const widestExcerpt = 120;

const keepBytes = "Have what forwards or records the request keep its body byte for byte. ";

/** What stands under the line of a request that is not plainly valid; empty when there is nothing to say. */
export function blockText(verification: Verification, terms: BlockTerms): string {
  const { request, judgement, expected } = verification;
  const { verdict, diagnosis, observations } = judgement;
  const { style, columns } = terms;
  const lines: string[] = [];
  const add = (label: string, text: string): void => void lines.push(row(style.faint(label), text, columns));

  if (diagnosis !== null) {
    add(verdict === "valid" ? "note" : "cause", `${safeText(diagnosis.summary)} (${safeText(diagnosis.code)})`);
    if (diagnosis.steps.length > 1) add("steps", diagnosis.steps.map(safeText).join("; "));
    const side = sideText(verification);
    if (side !== undefined) add("where", side);
    lines.push(...differenceRows(verification, terms));
    const changedBefore = judgement.proof?.sides.includes("dump") === true && cameAsHeld(verification);
    add("fix", `${changedBefore ? keepBytes : ""}${safeText(diagnosis.advice)}`);
  }
  // Under a valid line only what tells why it is: the rest would be read as a doubt.
  const seen = verdict === "valid" ? observations : [...observations, ...request.notes];
  for (const text of seen) add("seen", safeText(text));
  if (expected !== null) add("expected", expected);
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
  const declared = declaredBytes === null ? "" : `, ${declaredBytes.toLocaleString("en-US")} declared`;
  const length = `${counted(first.heldBytes, "byte")} held, ${first.signedBytes.toLocaleString("en-US")} signed${declared}`;
  const rows: [string, string][] = [["length", length]];
  const excerpt = proof === undefined ? null : differenceText(request.body, proof.signed, room, style);
  if (excerpt === null) {
    rows.push(["held", safeText(first.held)], ["signed", safeText(first.signed)]);
    rows.push(["", `they part at byte ${first.offset.toLocaleString("en-US")}`]);
  } else {
    rows.push(["held", excerpt.held], ["signed", excerpt.signed]);
    rows.push(["", `${excerpt.caret} byte ${excerpt.offset.toLocaleString("en-US")}`]);
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
    const names = frameworks.map((known) => known.name).toSorted();
    return row(style.faint("code"), `--framework <name> prints it for ${names.join(", ")}`, columns);
  }
  const guessed = remedy.asked ? "" : ", which the dump suggests (--framework gives another)";
  const code = framework.code.split("\n").map((line) => (line === "" ? "" : `    ${line}`));
  return `${row(style.faint("code"), `for ${framework.title}${guessed}:`, columns)}\n${code.join("\n")}\n\n`;
}

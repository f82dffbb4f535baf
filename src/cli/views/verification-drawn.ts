import { printableJson } from "../../dumps/exports/request-parts.ts";
import type { Style } from "./style.ts";
import { safeText } from "./text.ts";
import { middleOf, verdictWord, verificationJson, type Verification } from "./verification.ts";

/** What drawing a plainly valid request takes, where no terminal limits the lines. */
export type Drawing = "text" | "json";

/** A verification but for where it was found. */
type Placeless = Omit<Verification, "file" | "index" | "of">;

/** A plainly valid request, drawn in another thread but for its place, which is known in order only. One line. */
export function drawnEnd(placeless: Placeless, drawing: Drawing): string {
  if (drawing === "text") return middleOf(placeless);
  const all = verificationJson({ file: "", index: 0, of: 1, ...placeless });
  const { type: _type, file: _file, index: _index, ...rest } = all;
  return printableJson(JSON.stringify(rest));
}

/** Whether a request can be drawn so: all that is said of it is its line. */
export function isPlainlyValid({ judgement, payload, expected }: Placeless): boolean {
  return payload !== undefined && judgement.diagnosis === null && expected === null;
}

/** Where drawn requests are, one after the other: the first one's index, and how many the file holds. */
export interface DrawnPlace {
  file: string;
  index: number;
  of: number;
}

/** The lines of drawn requests. */
export type DrawnLines = (ends: readonly string[], place: DrawnPlace) => string;

/** What `verificationText` says of what was drawn as text. @param secret the name of the one they match */
export function drawnText(secret: string, style: Style): DrawnLines {
  const verdict = verdictWord("valid", style);
  const last = style.faint(safeText(secret));
  return (ends, { file, index, of }) => {
    const name = safeText(file);
    let lines = "";
    let number = index;
    for (const end of ends) {
      number += 1;
      lines += `${verdict}  ${style.strong(of > 1 ? `${name} #${number}` : name)}  ${end}  ${last}\n`;
    }
    return lines;
  };
}

/** What `verificationJson` says of what was drawn as JSON. */
export const drawnJson: DrawnLines = (ends, { file, index }) => {
  const start = `{"type":"verification","file":${printableJson(JSON.stringify(file))},"index":`;
  return ends.map((end, at) => `${start}${index + at},${end.slice(1)}\n`).join("");
};

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

/** The lines of what was drawn as text: what `verificationText` says of them. */
export function drawnText(file: string, secret: string, style: Style): (end: string, number: string) => string {
  const verdict = verdictWord("valid", style);
  const name = safeText(file);
  const last = style.faint(safeText(secret));
  return (end, number) => `${verdict}  ${style.strong(name + number)}  ${end}  ${last}\n`;
}

/** The lines of what was drawn as JSON: what `verificationJson` says of them. */
export function drawnJson(file: string): (end: string, index: number) => string {
  const start = `{"type":"verification","file":${printableJson(JSON.stringify(file))},"index":`;
  return (end, index) => `${start}${index},${end.slice(1)}\n`;
}

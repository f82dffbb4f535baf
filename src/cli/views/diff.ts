import stringWidth from "fast-string-width";
import type { Delivery } from "../../model/delivery.ts";
import type { Difference } from "../difference.ts";
import { shortId } from "./delivery-line.ts";
import type { Style } from "./style.ts";
import { counted, fitted, headerText, safeText } from "./text.ts";

/** What was compared, and how it came out. */
export interface Comparison {
  first: Delivery;
  second: Delivery;
  ignored: readonly string[];
  differences: readonly Difference[];
}

/** An object for each difference and one for all; values of a JSON body are JSON text, so that every digit is kept. */
export function diffJson({ first, second, ignored, differences }: Comparison): object[] {
  return [
    ...differences.map((difference) => Object.assign({ type: "difference", change: changeOf(difference) }, difference)),
    {
      type: "summary",
      first: first.id,
      second: second.id,
      same: differences.length === 0,
      differences: differences.length,
      sameBytes: Buffer.from(first.body).equals(second.body),
      ignored,
    },
  ];
}

function changeOf({ first, second }: Difference): "changed" | "added" | "removed" {
  if (first === null) return "added";
  return second === null ? "removed" : "changed";
}

/** A line for each difference, as a diff has them: `-` the first, `+` the second, `~` both. */
export function diffText(comparison: Comparison, style: Style): string {
  const { first, second, ignored, differences } = comparison;
  const head = [style.bad(`- ${titleOf(first)}`), style.good(`+ ${titleOf(second)}`), ""];
  const names = differences.map((difference) => nameOf(difference));
  const width = Math.min(Math.max(0, ...names.map((name) => stringWidth(name))), 40);
  const lines = differences.flatMap((difference, index) => differenceLines(difference, names[index]!, width, style));
  const verdict =
    differences.length > 0
      ? counted(differences.length, "difference")
      : `${style.good("the same by meaning")}${otherBytes(first, second)}`;
  const notes = ignored.length > 0 ? style.faint(` (left out: ${ignored.map(safeText).join(", ")})`) : "";
  return `${[...head, ...lines, ...(lines.length > 0 ? [""] : []), `${verdict}${notes}`].join("\n")}\n`;
}

function titleOf({ id, event, method, target, source, createdAt }: Delivery): string {
  const name = safeText(event ?? `${method} ${target}`);
  return `${shortId(id)}  ${name}  ${source}  ${new Date(createdAt).toISOString().replace("T", " ")}`;
}

function otherBytes(first: Delivery, second: Delivery): string {
  if (Buffer.from(first.body).equals(second.body)) return ", byte for byte";
  return `, in other bytes: ${counted(first.body.length, "byte")} and ${counted(second.body.length, "byte")}`;
}

function nameOf({ part, path }: Difference): string {
  return part === "body" ? safeText(path) : `${part} ${safeText(path)}`;
}

const longestValue = 120;

function differenceLines(difference: Difference, name: string, width: number, style: Style): string[] {
  const { part, first, second } = difference;
  const shown = (value: string): string => {
    const text = part === "header" ? headerText(value) : safeText(value);
    return text.length > longestValue ? fitted(text, longestValue) : text;
  };
  const label = fitted(name, width);
  const mark = changeOf(difference);
  if (mark === "added") return [style.good(`+ ${label}  ${shown(second!)}`)];
  if (mark === "removed") return [style.bad(`- ${label}  ${shown(first!)}`)];
  const isShort = shown(first!).length + shown(second!).length < 48;
  if (isShort) return [`${style.warn("~")} ${label}  ${style.bad(shown(first!))} → ${style.good(shown(second!))}`];
  return [style.bad(`- ${label}  ${shown(first!)}`), style.good(`+ ${label}  ${shown(second!)}`)];
}

import type { Dump } from "../format.ts";
import { once } from "../once.ts";
import type { Advice } from "../values/advice.ts";

/** What a reader should know of each of PHP's forms. */
export const phpAdvice: Advice = {
  reserialised: 'The body was parsed before it was printed: print file_get_contents("php://input") instead.',
  absent: 'The body is not in what was printed: print file_get_contents("php://input") too.',
  truncated: 'Print base64_encode(file_get_contents("php://input")) to have all of it.',
};

/** How `var_dump` starts an array or an object. */
export const varDumpStart = /\b(?:array\(\d{1,9}\)|object\([^\n]{1,300}?\)#\d{1,9} ?\(\d{1,9}\)) ?\{/;
/** How `print_r` does. */
export const printRStart = /(?<![\w\\@])(?:Array|[A-Za-z_][\w\\@]{0,200} Object)\r?\n *\(\r?\n/;
/** How `var_export` does, and what prints arrays as PHP now writes them. */
export const varExportStart = /\barray ?\(|\[(?=\s{0,200}'[^'\n]{0,200}' =>)/;

const FIRST = new RegExp(
  [
    `(?<dump>${varDumpStart.source}\\r?\\n)`,
    `(?<print>${printRStart.source})`,
    String.raw`(?<export>\barray ?\(\s{0,200}(?:'[^'\n]{0,200}'|\d{1,9}) => )`,
  ].join("|"),
);

type PhpForm = "dump" | "print" | "export" | undefined;

/** Which of PHP's forms comes first in a dump: a body may hold what looks like another. */
export const phpFormOf = once(({ text }: Dump): PhpForm => {
  const { groups } = FIRST.exec(text) ?? {};
  if (groups === undefined) return undefined;
  if (groups["dump"] !== undefined) return "dump";
  return groups["print"] === undefined ? "export" : "print";
});

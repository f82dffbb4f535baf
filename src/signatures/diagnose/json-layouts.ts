import type { Layout, Spacing } from "./json-print.ts";

const oneLine = { indent: null, newline: "\n", padding: "", inlineArrays: false } as const;
const pretty = { colon: ": ", comma: ",", padding: "", inlineArrays: false } as const;

/** No white space at all, as `JSON.stringify` and most libraries print. */
export const compact: Spacing = { name: "compact", colon: ":", comma: ",", ...oneLine };

const onOneLine: readonly Spacing[] = [
  compact,
  { name: 'Python\'s ", " and ": "', colon: ": ", comma: ", ", ...oneLine },
  { name: 'a space after ":"', colon: ": ", comma: ",", ...oneLine },
  { name: 'a space after ","', colon: ":", comma: ", ", ...oneLine },
  { name: 'MongoDB\'s { "a" : 1 }', colon: " : ", comma: ", ", ...oneLine, padding: " " },
];

const indents = [
  ["2 spaces", "  "],
  ["4 spaces", "    "],
  ["a tab", "\t"],
  ["1 space", " "],
  ["3 spaces", "   "],
  ["8 spaces", "        "],
] as const;

function indented(newlineName: string, newline: Spacing["newline"]): Spacing[] {
  const levels = indents.map(([name, indent]): Spacing => {
    return Object.assign({ name: `${name} a level, ${newlineName} line ends`, indent, newline }, pretty);
  });
  const jackson = { ...pretty, indent: "  ", newline, colon: " : ", inlineArrays: true };
  return [...levels, { name: `Jackson's pretty printer, ${newlineName} line ends`, ...jackson }];
}

const spacings: readonly Spacing[] = [...onOneLine, ...indented("LF", "\n"), ...indented("CRLF", "\r\n")];

const ends = [
  ["", ""],
  [" and a final LF", "\n"],
  [" and a final CRLF", "\r\n"],
] as const;

/**
 * The ways in which programs print JSON, likeliest first: `JSON.stringify` and most libraries, Python's `json.dumps`,
 * pretty printers with either line end, each with and without a final newline (Go's `Encoder`, `jq`, editors).
 */
export const layoutsBySpacing: readonly { spacing: Spacing; layouts: readonly Layout[] }[] = spacings.map(
  (spacing) => ({
    spacing,
    layouts: ends.map(([endName, end]): Layout => ({ name: spacing.name + endName, spacing, end })),
  }),
);

/** The same as one list. */
export const layouts: readonly Layout[] = layoutsBySpacing.flatMap(({ layouts }) => layouts);

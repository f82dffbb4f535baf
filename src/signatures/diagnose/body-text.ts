import { carriageReturn, lineFeed } from "../../model/ascii.ts";
import type { BodyTransformation } from "./cause.ts";

const saveExactly =
  "Save the body byte for byte (curl --data-binary @file, not -d @file; an editor that adds no final newline).";
const verifyRaw = "Verify the body exactly as received, before anything trims or converts it.";

/** Line ends at the very end of the body, cut one kind at a time. */
const finalNewlines: BodyTransformation[] = [
  {
    code: "trailing-crlf-added",
    side: "dump",
    step: "cut the final CRLF",
    summary: "The dump ends with a CRLF that was not signed.",
    advice: saveExactly,
    undo: ({ bytes }) => [endsWith(bytes, carriageReturn, lineFeed) ? bytes.subarray(0, -2) : undefined],
  },
  {
    code: "trailing-newline-added",
    side: "dump",
    step: "cut the final LF",
    summary: "The dump ends with a newline that was not signed; editors and echo add one.",
    advice: saveExactly,
    undo: ({ bytes }) => [endsWith(bytes, lineFeed) ? bytes.subarray(0, -1) : undefined],
  },
  {
    code: "trailing-newline-removed",
    side: "dump",
    step: "put a final LF back",
    summary: "What was signed ends with a newline (Go's json.Encoder writes one); the dump has lost it.",
    advice: verifyRaw,
    undo: ({ bytes }) => [Buffer.concat([bytes, Buffer.from("\n")])],
  },
  {
    code: "trailing-newline-removed",
    side: "dump",
    step: "put a final CRLF back",
    summary: "What was signed ends with CRLF; the dump has lost it.",
    advice: verifyRaw,
    undo: ({ bytes }) => [Buffer.concat([bytes, Buffer.from("\r\n")])],
  },
];

const lineEnds: BodyTransformation[] = [
  {
    code: "crlf-to-lf",
    side: "dump",
    step: "write every LF as CRLF",
    summary: "What was signed has CRLF line ends; they became LF (git's autocrlf, dos2unix, a copy by hand).",
    advice: "Keep the dump out of line-end conversion: git's -text attribute, or send it as a file.",
    undo: ({ text }) => [text?.includes("\n") ? utf8(text.replace(/\r?\n/g, "\r\n")) : undefined],
  },
  {
    code: "lf-to-crlf",
    side: "dump",
    step: "write every CRLF as LF",
    summary: "What was signed has LF line ends; they became CRLF (git's autocrlf, a Windows editor).",
    advice: "Keep the dump out of line-end conversion: git's -text attribute, or send it as a file.",
    undo: ({ text }) => [text?.includes("\r\n") ? utf8(text.replaceAll("\r\n", "\n")) : undefined],
  },
];

const ends: BodyTransformation[] = [
  {
    code: "trailing-garbage",
    side: "dump",
    step: "cut the body at its declared length",
    summary: "Bytes follow the body in the dump: a prompt, a second message, the mark of a shell.",
    advice: "Cut the file after Content-Length bytes.",
    undo: ({ bytes, declaredBytes }) => [
      declaredBytes !== null && declaredBytes > 0 && declaredBytes < bytes.length
        ? bytes.subarray(0, declaredBytes)
        : undefined,
    ],
  },
  {
    code: "trailing-garbage",
    side: "dump",
    step: "cut the body after its last bracket",
    summary: "Something follows the JSON in the dump: a prompt, a second message, the mark of a shell.",
    advice: "Cut the file after the closing bracket.",
    undo: ({ bytes, text, json }) => {
      const at = Math.max(bytes.lastIndexOf("}"), bytes.lastIndexOf("]"));
      return [text !== undefined && json === undefined && at > 0 ? bytes.subarray(0, at + 1) : undefined];
    },
  },
  {
    code: "whitespace-trimmed",
    side: "dump",
    step: "trim the white space around the body",
    summary: "The dump has white space before or after the body that was not signed.",
    advice: saveExactly,
    undo: ({ text }) => [text === undefined ? undefined : utf8(text.replace(/^[ \t\r\n]+/, "").trimEnd())],
  },
  {
    code: "whitespace-trimmed",
    side: "dump",
    step: "put white space back around the body",
    summary: "What was signed has white space before or after the body; it was trimmed away.",
    advice: verifyRaw,
    undo: ({ text }) =>
      text === undefined
        ? []
        : [` `, "  ", "\n\n", "\r\n\r\n", "\t"]
            .flatMap((space) => [utf8(text + space), utf8(space + text)])
            .concat(utf8(`\n${text}`), utf8(`\r\n${text}`), utf8(` ${text} `), utf8(`\n${text}\n`)),
  },
];

const layoutOfLines: BodyTransformation[] = [
  {
    code: "line-wrapped",
    side: "dump",
    step: "join the lines",
    summary: "The dump was wrapped: its lines break at a fixed width, inside of the text.",
    advice: "Copy the body from a place that does not wrap it, such as a file.",
    reveals: true,
    undo: ({ text }) => [text !== undefined && isWrapped(text) ? utf8(text.replace(/\r?\n/g, "")) : undefined],
  },
  {
    code: "newlines-stripped",
    side: "dump",
    step: "take every CR, LF and NUL out",
    summary: "What was signed has no newlines: curl -d @file takes them out before it sends.",
    advice: "Send the file with curl --data-binary @file, and verify what was sent.",
    undo: ({ text }) => [text === undefined ? undefined : utf8(text.replace(/[\r\n\0]/g, ""))],
  },
  {
    code: "indented",
    side: "dump",
    step: "take the common indentation off every line",
    summary: "Every line of the dump is indented (or quoted) more than what was signed.",
    advice: "Copy the body without the indentation of the text around it.",
    reveals: true,
    undo: ({ text }) => [text === undefined ? undefined : outdented(text)],
  },
];

/** Changes of white space: each works on any text, JSON or not. */
export const textTransformations: readonly BodyTransformation[] = [
  ...finalNewlines,
  ...lineEnds,
  ...ends,
  ...layoutOfLines,
];

/** The ones that go along with another change: a body that was decoded, then saved with a final newline. */
export const finishingTransformations: readonly BodyTransformation[] = [...finalNewlines, ...lineEnds];

function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

/** Nothing wraps text to fewer columns. */
const narrowestWrap = 20;

function endsWith(bytes: Buffer, ...last: number[]): boolean {
  return bytes.length >= last.length && last.every((byte, index) => bytes[bytes.length - last.length + index] === byte);
}

/** Lines of one width but for the last, as mail programs and terminals break them. */
function isWrapped(text: string): boolean {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const widths = new Set(lines.slice(0, -1).map((line) => line.length));
  if (lines.length < 2 || lines[0]!.length < narrowestWrap) return false;
  return widths.size === 1 || Math.max(...widths) - Math.min(...widths) <= 1;
}

function outdented(text: string): Buffer | undefined {
  const lines = text.split("\n");
  const full = lines.filter((line) => line.trim() !== "");
  const prefix = /^(?:[ \t]*[>|] ?|[ \t]+)/.exec(full[0] ?? "")?.[0];
  if (prefix === undefined || full.some((line) => !line.startsWith(prefix))) return undefined;
  return utf8(lines.map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line)).join("\n"));
}

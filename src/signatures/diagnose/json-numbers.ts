import type { Cause } from "./cause.ts";

/** A way to write numbers that gives other digits for the same value. */
export interface NumberWriter {
  write: (raw: string) => string;
  cause: Cause;
}

const lossless =
  "Keep numbers as text between the wire and the check: verify the raw body, and parse it only afterwards.";

function writer(code: string, step: string, summary: string, write: (raw: string) => string): NumberWriter {
  return { write, cause: { code, side: "dump", step, summary, advice: lossless } };
}

/** The ways in which programs write all numbers of a body, likeliest first. */
export const numberWriters: readonly NumberWriter[] = [
  writer(
    "json-float-format",
    "write every number as JavaScript does",
    "The numbers were written anew: what was signed has them as JavaScript prints them (1.0 as 1, 1e3 as 1000).",
    (raw) => (isWhole(raw) && !Number.isSafeInteger(Number(raw)) ? raw : asJavaScript(raw)),
  ),
  writer(
    "json-number-precision",
    "round every number as JavaScript does",
    "What was signed has big integers rounded to 53 bits, as JavaScript does; the dump has all their digits.",
    asJavaScript,
  ),
  writer(
    "json-float-format",
    'put ".0" behind every whole number',
    'What was signed has whole numbers with ".0" (a float in Python, Java or Ruby); it was lost when the JSON was parsed and written again.',
    (raw) => (isWhole(raw) ? `${raw}.0` : raw),
  ),
  writer("json-exponent-format", "write big numbers as Java does (1.0E10)", exponents("Java"), (raw) => {
    const value = Number(raw);
    return Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-3) ? exponential(raw, "E", 0, true) : raw;
  }),
  writer(
    "json-exponent-format",
    "write very big and small numbers as Python does (1e+16, 1e-05)",
    exponents("Python"),
    (raw) => {
      const value = Math.abs(Number(raw));
      return value >= 1e16 || (value !== 0 && value < 1e-4) ? exponential(raw, "e", 2, false) : raw;
    },
  ),
  writer("json-exponent-format", "write round numbers with an exponent (1e3)", exponents("a shortest form"), (raw) =>
    /^-?[1-9]0{2,}$/.test(raw) ? exponential(raw, "e", 0, false).replace("+", "") : raw,
  ),
];

function exponents(whose: string): string {
  return `What was signed has numbers with exponents, as ${whose} writes them; they were written out when the JSON was parsed and written again.`;
}

function isWhole(raw: string): boolean {
  return /^-?\d+$/.test(raw);
}

function asJavaScript(raw: string): string {
  const value = Number(raw);
  return Number.isFinite(value) ? JSON.stringify(value) : raw;
}

/** Scientific notation with the shortest digits: `1.0E10` for Java, `1e-05` (two digits, sign) for C and Python. */
function exponential(raw: string, letter: "e" | "E", exponentDigits: number, point: boolean): string {
  const value = Number(raw);
  if (!Number.isFinite(value)) return raw;
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const sign = exponent.startsWith("-") ? "-" : letter === "e" ? "+" : "";
  const digits = exponent.slice(1).padStart(exponentDigits, "0");
  return (point && !mantissa.includes(".") ? `${mantissa}.0` : mantissa) + letter + sign + digits;
}

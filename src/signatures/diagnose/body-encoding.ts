import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { headerValues } from "../../model/http.ts";
import type { BodyView } from "./body.ts";
import type { BodyTransformation } from "./cause.ts";

/** A compressed body is unpacked to this many bytes at most: a dump may come from a stranger. */
export const largestInflated = 10 * 1024 * 1024;

const charsets: BodyTransformation[] = [
  {
    code: "latin1-as-utf8",
    side: "dump",
    step: "write the text in Latin-1",
    summary: "What was signed is text in Latin-1 (ISO 8859-1); the dump holds it converted to UTF-8.",
    advice: "Take the body's bytes before the charset of Content-Type is applied to them.",
    undo: ({ text }) => [
      text === undefined ? undefined : latin1(text),
      text === undefined ? undefined : windows1252(text),
    ],
    reveals: true,
  },
  {
    code: "utf8-as-latin1",
    side: "dump",
    step: "read the bytes as Latin-1 and write them in UTF-8",
    summary: "UTF-8 text was written in Latin-1 after it was signed.",
    advice: "Name utf8 where the body is turned into text and back.",
    undo: ({ bytes, text }) => [text === undefined ? Buffer.from(bytes.toString("latin1"), "utf8") : undefined],
    reveals: true,
  },
  {
    code: "utf8-as-latin1",
    side: "sender",
    step: "read the UTF-8 bytes as Latin-1 and encode them again",
    summary: "What was signed is the body's UTF-8 bytes taken for Latin-1 and encoded a second time.",
    advice: "Sign the bytes, or name utf8 where the body is turned into text.",
    undo: ({ bytes }) => [Buffer.from(bytes.toString("latin1"), "utf8")],
  },
  {
    code: "unicode-normalised",
    side: "dump",
    step: "compose accented characters (NFC)",
    summary: "Accented characters were taken apart (NFD), as some file systems and editors do.",
    advice: "Keep the dump as bytes, without Unicode normalisation.",
    undo: ({ text }) => [text === undefined ? undefined : Buffer.from(text.normalize("NFC"), "utf8")],
  },
  {
    code: "unicode-normalised",
    side: "dump",
    step: "take accented characters apart (NFD)",
    summary: "Accented characters were composed (NFC) after the body was signed.",
    advice: "Keep the dump as bytes, without Unicode normalisation.",
    undo: ({ text }) => [text === undefined ? undefined : Buffer.from(text.normalize("NFD"), "utf8")],
  },
  {
    code: "ascii-question-marks",
    side: "sender",
    step: 'replace every non-ASCII character by "?"',
    summary: 'What was signed is the body turned to ASCII, with "?" for every other character.',
    advice: "Sign the UTF-8 bytes (in .NET: Encoding.UTF8, not Encoding.ASCII).",
    undo: ({ text }) => [
      text === undefined
        ? undefined
        : Buffer.from(text.replace(/[\ud800-\udbff][\udc00-\udfff]|[^\u0000-\u007f]/g, "?"), "utf8"),
      text === undefined ? undefined : Buffer.from(text.replace(/[^\u0000-\u007f]/g, "?"), "utf8"),
    ],
  },
  {
    code: "replacement-characters",
    side: "sender",
    step: "turn the bytes into UTF-8 text and back",
    summary: "What was signed is the body decoded as UTF-8, with U+FFFD for every wrong byte.",
    advice: "Sign the bytes of the body: a binary body does not survive being a string.",
    undo: ({ bytes, text }) => [text === undefined ? Buffer.from(bytes.toString("utf8"), "utf8") : undefined],
  },
];

const marks: BodyTransformation[] = [
  {
    code: "bom-added",
    side: "dump",
    step: "cut the byte order mark",
    summary: "The dump begins with a UTF-8 byte order mark that was not signed.",
    advice: "Save the body as UTF-8 without BOM.",
    reveals: true,
    undo: ({ bytes }) => [bytes.subarray(0, 3).equals(utf8Bom) ? bytes.subarray(3) : undefined],
  },
  {
    code: "bom-removed",
    side: "dump",
    step: "put a byte order mark before the body",
    summary: "What was signed begins with a UTF-8 byte order mark; the dump has lost it.",
    advice: "Verify the body as received, before a text decoder drops the mark.",
    undo: ({ bytes, text }) => [
      text === undefined ? undefined : Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    ],
  },
  {
    code: "utf16-file",
    side: "dump",
    step: "convert from UTF-16 to UTF-8",
    summary: "The dump was saved as UTF-16 (PowerShell's > does that); what was signed is UTF-8.",
    advice: "Save as UTF-8: Out-File -Encoding utf8, or Set-Content -AsByteStream.",
    reveals: true,
    undo: ({ bytes }) => [fromUtf16(bytes)],
  },
];

const encodings: BodyTransformation[] = [
  {
    code: "body-is-base64",
    side: "dump",
    step: "decode the body from base64",
    summary: "The dump holds the body in base64 (isBase64Encoded of a Lambda event, a logger of bytes).",
    advice: "Decode base64 before the signature is checked.",
    reveals: true,
    undo: ({ bytes }) => [fromBase64(bytes)],
  },
  {
    code: "body-is-hex",
    side: "dump",
    step: "decode the body from hex",
    summary: "The dump holds the body in hex digits.",
    advice: "Decode the digits before the signature is checked.",
    reveals: true,
    undo: ({ bytes }) => {
      const digits = bytes.toString("latin1").replace(/^\\x|[\s:]/g, "");
      return [
        digits.length >= 2 && digits.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(digits)
          ? Buffer.from(digits, "hex")
          : undefined,
      ];
    },
  },
  {
    code: "gzip-signed-plain",
    side: "dump",
    step: "decompress the body",
    summary: "The body is compressed; the signature is over the bytes before compression.",
    advice: "Check the signature after Content-Encoding is undone, or have the sender sign what it sends.",
    reveals: true,
    undo: ({ bytes }) => [decompressed(bytes)],
  },
  {
    code: "gzip-signed-compressed",
    side: "dump",
    step: "compress the body with gzip",
    summary: "The signature is over the gzip bytes; the dump holds the body decompressed.",
    advice: "Check the signature before Content-Encoding is undone (express.raw({ inflate: false })).",
    undo: compressed,
  },
  {
    code: "chunked-framing",
    side: "dump",
    step: "take the chunk sizes out",
    summary: "The dump holds the body in its chunks, with their sizes between them.",
    advice: "Record the body after Transfer-Encoding is undone.",
    reveals: true,
    undo: ({ bytes }) => [dechunked(bytes)],
  },
];

/** Changes between bytes and text, and encodings of the whole body. */
export const encodingTransformations: readonly BodyTransformation[] = [...marks, ...encodings, ...charsets];

const utf8Bom = Buffer.from([0xef, 0xbb, 0xbf]);

function latin1(text: string): Buffer | undefined {
  return /^[\u0000-\u00ff]*$/.test(text) ? Buffer.from(text, "latin1") : undefined;
}

/** The characters of Windows-1252 from 0x80 to 0x9f (WHATWG Encoding Standard, index windows-1252). */
const windows1252Extra = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function windows1252(text: string): Buffer | undefined {
  const mapped = text.replace(/[^\u0000-\u007f\u00a0-\u00ff]/g, (character) => {
    const at = windows1252Extra.indexOf(character);
    return at === -1 ? "\uffff" : String.fromCharCode(0x80 + at);
  });
  return latin1(mapped);
}

function fromUtf16(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined;
  const bigEndian = bytes[0] === 0xfe || (bytes[0] === 0 && bytes[1] !== 0);
  if (!bigEndian && bytes[0] !== 0xff && bytes[1] !== 0) return undefined;
  const text = (bigEndian ? Buffer.from(bytes).swap16() : bytes).toString("utf16le");
  return Buffer.from(text.replace(/^\ufeff/, ""), "utf8");
}

function fromBase64(bytes: Buffer): Buffer | undefined {
  const digits = bytes.toString("latin1").replace(/^"|"$|\s/g, "");
  if (digits.length < 2 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(digits)) return undefined;
  return Buffer.from(digits, "base64");
}

/** Up to three codings, recognised by their first bytes; Brotli has none and is taken from the header. */
function decompressed(bytes: Buffer, depth = 0): Buffer | undefined {
  const limit = { maxOutputLength: largestInflated };
  const decoders =
    bytes[0] === 0x1f && bytes[1] === 0x8b
      ? [gunzipSync]
      : bytes[0] === 0x78
        ? [inflateSync]
        : [inflateRawSync, brotliDecompressSync];
  if (decoders.length > 1 && (depth > 0 || isUtf8(bytes))) return undefined;
  for (const decode of decoders) {
    try {
      const plain = decode(bytes, limit);
      return depth < 2 ? (decompressed(plain, depth + 1) ?? plain) : plain;
    } catch {
      // Not this coding, damaged, or over the limit: no candidate either way.
    }
  }
  return undefined;
}

/** What common gzip writers make: three levels, and the operating systems they name (RFC 1952 §2.3.1). */
function compressed({ bytes, headers }: BodyView): Buffer[] {
  const isGzip = headerValues(headers, "content-encoding").some((coding) => /\bx?-?gzip\b/i.test(coding));
  if (!isGzip || bytes.length > 256 * 1024 || bytes[0] === 0x1f) return [];
  return [6, 9, 1].flatMap((level) =>
    [0x03, 0xff, 0x00, 0x0a, 0x13].map((system) => {
      const packed = Buffer.from(gzipSync(bytes, { level }));
      packed[9] = system;
      return packed;
    }),
  );
}

function dechunked(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\n", at);
    if (lineEnd === -1 || lineEnd - at > 64) return undefined;
    const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?\r?$/.exec(bytes.toString("latin1", at, lineEnd))?.[1];
    if (size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    if (length === 0) return Buffer.concat(chunks);
    if (lineEnd + 1 + length > bytes.length) return undefined;
    chunks.push(bytes.subarray(lineEnd + 1, lineEnd + 1 + length));
    at = lineEnd + 1 + length;
    if (bytes[at] === 0x0d) at += 1;
    if (bytes[at] === 0x0a) at += 1;
  }
}

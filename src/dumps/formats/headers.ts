import type { DumpFormat } from "../format.ts";
import { readHeaders } from "../pieces.ts";

const LONGEST_HEAD = 262_144;
const HEADER_LINES = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\n]*(?:\n|$)|[ \t][^\n]*(?:\n|$)|\r?\n)+$/;

/** Header lines alone, as they are copied out of a web page. */
export const headers: DumpFormat = {
  name: "headers",
  description: 'headers alone, one "Name: value" a line; the body comes with --body',

  recognizes({ bytes, text }) {
    return bytes.length <= LONGEST_HEAD && /(?:^|\n)x-telepath-signature[ \t]*:/i.test(text) && HEADER_LINES.test(text);
  },

  parse({ bytes }) {
    const request = readHeaders(bytes);
    return [{ ...request, notes: ["The dump holds headers only: give the body's file with --body."] }];
  },
};

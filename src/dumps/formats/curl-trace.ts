import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { readMessages } from "../http/messages.ts";
import { curlBlocks, isSendMark } from "../traces/curl-blocks.ts";
import { withDots } from "../traces/dots.ts";

/** `curl --trace` (hex, exact) and `--trace-ascii` (a dot for each byte that does not print). */
export const curlTrace: DumpFormat = {
  name: "curl-trace",
  description: "curl --trace and curl --trace-ascii, also with --trace-time and --trace-ids",

  recognizes({ text }) {
    return /(?:^|\n)[^\n]{0,80}=> Send /.test(text) && text.split("\n").some(isSendMark);
  },

  parse({ text }) {
    const sent = curlBlocks(text).filter(({ direction }) => direction === "sent");
    if (sent.length === 0) throw new TelepathError("BROKEN_DUMP", 'there is no "=> Send header" in it');
    const requests = readMessages(Buffer.concat(sent.map(({ bytes }) => bytes)));
    if (sent.every(({ isText }) => !isText)) return requests;
    return requests.map((request) => withDots(request, "curl --trace shows every byte."));
  },
};

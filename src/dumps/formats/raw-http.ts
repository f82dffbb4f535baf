import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { skipBlankLines, startsMessage } from "../http/head.ts";
import { readMessages } from "../http/messages.ts";

/**
 * HTTP/1 messages as they stood on the wire, or as an editor saved them: `nc -l`, a proxy's raw view, `export`.
 *
 * Only the head is decoded. The body is cut at its Content-Length or put together from its chunks, byte for byte.
 */
export const rawHttp: DumpFormat = {
  name: "raw-http",
  description: "HTTP/1 messages as text: nc, a proxy's raw view, telepath-hooks export --format http",

  recognizes({ bytes }) {
    return startsMessage(bytes, skipBlankLines(bytes, 0));
  },

  parse({ bytes }) {
    if (!startsMessage(bytes, skipBlankLines(bytes, 0))) {
      throw new TelepathError("BROKEN_DUMP", "line 1: expected a request line such as POST /path HTTP/1.1");
    }
    return readMessages(bytes);
  },
};

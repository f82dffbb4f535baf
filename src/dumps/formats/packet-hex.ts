import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { startsMessage } from "../http/head.ts";
import { readHexDump } from "../packets/hex-dump.ts";
import { requestsInStreams, streamRequests } from "../packets/http.ts";
import { Reassembly, type Stream } from "../packets/reassembly.ts";
import { segmentOfUnknownLink } from "../packets/segment.ts";

const FIRST_LINE = /(?:^|\n)[ \t]*(?:0x0000: {1,2}[0-9a-f]{4}|0{4,8}:? {1,2}[0-9a-f]{2} ?[0-9a-f]{2})[ \r\n0-9a-f]/i;
const REASSEMBLED = "Reassembled TCP";

/** Packets, or what went over a connection, printed as hex. Every byte is there. */
export const packetHex: DumpFormat = {
  name: "packet-hex",
  description: "packets as hex: tcpdump -X, -XX, -x, -xx; tshark -x; a followed stream as hex",

  recognizes({ text }) {
    return FIRST_LINE.test(text);
  },

  parse({ text }) {
    const sections = readHexDump(text);
    if (sections.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no hex dump that starts at offset 0");
    const reassembly = new Reassembly();
    const whole: Stream[] = [];
    for (const { title, bytes } of sections) {
      if (title === REASSEMBLED || startsMessage(bytes, 0)) whole.push({ pieces: [bytes] });
      else if (title === null || title === "Frame") {
        const segment = segmentOfUnknownLink(bytes);
        if (segment) reassembly.add(segment);
      }
    }
    return requestsInStreams(reassembly.streams(), null, streamRequests(whole).requests);
  },
};

import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { requestsInStreams } from "../packets/http.ts";
import { Reassembly } from "../packets/reassembly.ts";
import { withDots } from "../traces/dots.ts";
import { isTcpdumpMark, tcpdumpSegments } from "../traces/tcpdump-ascii.ts";

/** `tcpdump -A`: packets as text, a dot for each byte that does not print, and no CR before an LF. */
export const tcpdumpAscii: DumpFormat = {
  name: "tcpdump-ascii",
  description: "tcpdump -A",

  recognizes({ text }) {
    // JSON can quote such packets in a body.
    if (/^\s{0,1000}[{[]/.test(text)) return false;
    return /^[^\n]{0,100} IP6? [^\n]{0,250}: Flags \[/m.test(text) && /[A-Z] \S+ HTTP\/1\.[01]/.test(text);
  },

  parse({ text }) {
    if (!text.split("\n").some(isTcpdumpMark)) throw new TelepathError("BROKEN_DUMP", "no TCP packet of tcpdump in it");
    const reassembly = new Reassembly();
    for (const segment of tcpdumpSegments(text)) reassembly.add(segment);
    const instead = "tcpdump -w capture.pcap keeps every byte.";
    return requestsInStreams(reassembly.streams(), null).map((request) => withDots(request, instead));
  },
};

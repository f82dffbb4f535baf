import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { isCapture, readCapture } from "../packets/capture.ts";
import { requestsInStreams } from "../packets/http.ts";
import { Reassembly } from "../packets/reassembly.ts";
import { isKnownLinkType, segmentIn } from "../packets/segment.ts";

/** Captures of HTTP/1 in clear. The bytes are those of the wire, so they are exact when no packet is missing. */
export const pcap: DumpFormat = {
  name: "pcap",
  description: "captures of tcpdump, dumpcap and Wireshark: pcap and pcapng",

  recognizes({ bytes }) {
    return isCapture(bytes);
  },

  parse({ bytes }) {
    if (!isCapture(bytes)) throw new TelepathError("BROKEN_DUMP", "it starts with the mark of neither pcap nor pcapng");
    const reassembly = new Reassembly();
    let unknownLinkType: number | undefined;
    const damage = readCapture(bytes, (packet) => {
      if (!isKnownLinkType(packet.linkType)) unknownLinkType ??= packet.linkType;
      const segment = segmentIn(packet);
      if (segment) reassembly.add(segment);
    });
    const streams = reassembly.streams();
    if (streams.length === 0 && unknownLinkType !== undefined) {
      throw new TelepathError("BROKEN_DUMP", `packets of link type ${unknownLinkType} are not read`, "Capture on lo.");
    }
    return requestsInStreams(streams, damage);
  },
};

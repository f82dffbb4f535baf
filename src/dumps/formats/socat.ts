import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { requestsInStreams } from "../packets/http.ts";
import { withDots } from "../traces/dots.ts";
import { socatStreams } from "../traces/socat-blocks.ts";

/** `socat -v` (text with a dot for each byte that does not print), `-x` and `-v -x` (hex, exact). */
export const socat: DumpFormat = {
  name: "socat",
  description: "socat -v, socat -x and socat -v -x",

  recognizes({ text }) {
    return /(?:^|\n)[<>] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{1,9} {1,4}length=\d{1,15} from=\d{1,15} to=\d{1,15}/.test(
      text,
    );
  },

  parse({ bytes }) {
    const { streams, isHex } = socatStreams(bytes);
    if (streams.length === 0)
      throw new TelepathError("BROKEN_DUMP", 'there is no line such as "> … length=129 from=0"');
    const requests = requestsInStreams(streams, null);
    return isHex ? requests : requests.map((request) => withDots(request, "socat -v -x shows every byte."));
  },
};

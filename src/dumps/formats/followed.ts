import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { requestsInStreams } from "../packets/http.ts";
import { withDots } from "../traces/dots.ts";
import { followedMode, isFollowedYaml, readFollowed, readFollowedYaml } from "../traces/followed.ts";

/** A stream that tshark or Wireshark followed: exact as raw hex or YAML, with dots as text. As hex it is packet-hex. */
export const followed: DumpFormat = {
  name: "followed",
  description: "a followed stream: tshark -z follow,tcp,… or follow,http,… as ascii, raw or yaml",

  recognizes({ text }) {
    return isFollowedYaml(text) || followedMode(text) !== undefined;
  },

  parse({ bytes, text }) {
    if (isFollowedYaml(text)) return requestsInStreams(readFollowedYaml(text), null);
    if (followedMode(text) === undefined)
      throw new TelepathError("BROKEN_DUMP", 'there is no line "Follow: tcp,ascii"');
    const { streams, isText } = readFollowed(bytes);
    const requests = requestsInStreams(streams, null);
    const instead = "follow,tcp,raw or follow,tcp,yaml shows every byte.";
    return isText ? requests.map((request) => withDots(request, instead)) : requests;
  },
};

/**
 * Where Telepath's public webhook guide is silent and this project had to choose. Every such choice is here and
 * nowhere else: the values below are what the rest of the contract is built from, and `assumptions` puts each into
 * words for the documentation.
 */

/** Names of the three event types of which the guide gives only a heading. */
export const assumedEventTypes = ["agent.connected", "agent.disconnected", "error.occurred"] as const;

/** Other spellings under which a type may be meant, by the spelling used here. */
export const assumedAliases: Readonly<Record<string, readonly string[]>> = {
  "call.started": ["call_started"],
  "call.ended": ["call_ended"],
  "agent.connected": ["ai_agent.connected", "ai.connected", "agent_connected"],
  "agent.disconnected": ["ai_agent.disconnected", "ai.disconnected", "agent_disconnected"],
  "error.occurred": ["call.error", "error", "error_occurred"],
};

/** Members of those three types that the guide gives for the other two only; `connection_id` in `2026-03` alone. */
export const assumedMembers: readonly string[] = ["call_id", "timestamp", "connection_id"];

/** What a delay of the retry schedule is counted from. */
export const assumedRetryStart = "the end of the failed attempt before";

/** What is assumed, in words, and how a user gets round it when it is wrong. */
export const assumptions: readonly { subject: string; assumed: string; override: string }[] = [
  {
    subject: "names of three event types",
    assumed: `${assumedEventTypes.join(", ")} are named after the guide's headings; other spellings are accepted`,
    override: "a fixture file named after the type you receive, or --set event=<name>",
  },
  {
    subject: "members of those three types",
    assumed: "they carry call_id and timestamp as the others do, and connection_id in revision 2026-03",
    override: "--unset, or a fixture of your own",
  },
  {
    subject: "optional members",
    assumed: "carrier, and error_message of agent.disconnected, may be absent or null; all other members are there",
    override: "--unset, or a fixture of your own",
  },
  {
    subject: "open values",
    assumed: "a reason outside the guide's list is possible; disconnect_reason and codec are free text",
    override: "--reason, --set",
  },
  {
    subject: "signature",
    assumed: "HMAC-SHA256 over the raw body, keyed with the secret's UTF-8 bytes, in lower-case hex",
    override: "--header 'X-Telepath-Signature: …' sends another",
  },
  {
    subject: "retries",
    assumed: `each delay is counted from ${assumedRetryStart}; after the last one Telepath gives up; events behind one that is tried again do not wait for it`,
    override: "send --retry-schedule, or again by hand with replay",
  },
  {
    subject: "duplicates",
    assumed: "several types share a call_id, so the key for idempotency is event and call_id together",
    override: "none needed: deliveries are never dropped as duplicates",
  },
];

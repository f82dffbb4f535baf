/** Values of `reason` in `call.ended` of revision 2024-03. */
export const callEndReasons = [
  /** The user hung up. */
  "normal_disconnect",
  /** Voicemail, or nobody answered in time. */
  "no_answer",
  /** The AI agent could not be reached. */
  "connection_failed",
  "network_error",
  "ai_provider_error",
  "carrier_error",
  "unknown",
] as const;

/** Values of `agent_type` in `agent.connected` and `agent.disconnected`. */
export const agentTypes = ["openai", "elevenlabs", "custom"] as const;

/** Values of `severity` in `error.occurred`. */
export const severities = ["critical", "warning", "info"] as const;

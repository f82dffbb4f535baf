/**
 * The members of all events in the order in which the guide and the fixtures list them. One list serves every type and
 * revision, since none of them has two members the other way round.
 */
const members = [
  ["event", "call_id", "timestamp", "from", "to", "caller_id", "called_number", "connection_id", "carrier", "codec"],
  ["duration_seconds", "reason", "disconnect_reason", "agent_type", "agent_id"],
  ["error_code", "error_message", "severity"],
  ["metrics", "carrier_lag_ms", "ai_latency_ms", "gateway_processing_ms"],
].flat();

const ranks: ReadonlyMap<string, number> = new Map(members.map((name, rank) => [name, rank]));

/** The place of a member among those that the contract names; undefined for a name that it has not. */
export function contractRank(name: string): number | undefined {
  return ranks.get(name);
}

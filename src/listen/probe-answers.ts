import { probeHeader, type Probes } from "../tunnels/probe.ts";
import type { Gateway } from "./gateway.ts";

/** Answers the tunnel's own probes before the gateway: they are nobody's webhook, on no record and for no app. */
export function answeringProbes(gateway: Gateway, probes: Probes): Gateway {
  return async (received) => {
    const answer = probes.answerTo(received.headers);
    if (answer === null) return await gateway(received);
    return { status: 204, headers: [[probeHeader, answer]], body: new Uint8Array() };
  };
}

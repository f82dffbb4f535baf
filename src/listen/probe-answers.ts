import type { Probes } from "../tunnels/probe.ts";
import type { Gateway } from "./gateway.ts";

/** Answers the tunnel's own probes before the gateway: they are nobody's webhook, on no record and for no app. */
export function answeringProbes(gateway: Gateway, probes: Probes): Gateway {
  return async (received) => {
    const headers = probes.answerTo(received.headers);
    return headers === null ? await gateway(received) : { status: 204, headers, body: new Uint8Array() };
  };
}

import type { Probes } from "./probe.ts";

/** Makes the local receiver reachable from the internet. */
export interface TunnelProvider {
  /**
   * Opens a tunnel to `request.upstream`, within half a minute.
   *
   * @throws TelepathError with the provider's code and the next step: `TUNNEL_TOKEN_MISSING`, `TUNNEL_TOKEN_REFUSED`,
   *   `TUNNEL_NAME_TAKEN`, `TUNNEL_UNREACHABLE`, … No token is ever part of the text.
   */
  open(request: TunnelRequest): Promise<Tunnel>;
}

export interface TunnelRequest {
  /** The receiver on loopback: `http://127.0.0.1:40123`. */
  upstream: string;
  /** A name reserved at the provider; any when left out. */
  domain?: string;
  /** `user:password` that the provider's edge asks of every caller. */
  basicAuth?: string;
  /** Networks the provider's edge lets in; all when empty. */
  allowCidrs: readonly string[];
  /** A traffic policy for the provider's edge, YAML or JSON as the user wrote it. */
  trafficPolicy?: string;
  /** Proves the tunnel through its public URL, given that the receiver answers these. Not probed when left out. */
  probes?: Probes;
  /** Ends the opening, which then rejects. Of no meaning once the tunnel is open. */
  interrupted?: AbortSignal;
  /** Hears of every change, the first `online` included. */
  onState: (state: TunnelState) => void;
  /** Hears every few seconds how long the provider took to answer, in milliseconds. */
  onLatency?: (milliseconds: number) => void;
}

export interface Tunnel {
  /** `https://…`, without a slash at the end. */
  url: string;
  /** Gives the name back, if that takes no longer than `withinMs`, and 1.7 s at most. Idempotent. */
  close(withinMs?: number): Promise<void>;
}

/** What is known of the tunnel. */
export interface TunnelState {
  /** `offline` is for good. */
  state: "online" | "reconnecting" | "offline";
  /** Null before the first `online`, and when offline. */
  url: string | null;
  /** Why it is not online. */
  reason: string | null;
  /** What the user can do about that. */
  hint: string | null;
  /** The last that was measured. */
  latencyMs: number | null;
}

/** Makes the local receiver reachable from the internet. */
export interface TunnelProvider {
  /**
   * Opens a tunnel to `request.upstream`, within 15 s.
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
  /** Hears of every change, the first `online` included. */
  onState: (state: TunnelState) => void;
}

export interface Tunnel {
  /** `https://…`, without a slash at the end. */
  url: string;
  /** Idempotent, and done within 2 s. */
  close(): Promise<void>;
}

export interface TunnelState {
  state: "online" | "reconnecting" | "offline";
  url: string | null;
  reason: string | null;
}

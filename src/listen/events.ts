import type { Delivery } from "../model/delivery.ts";
import type { TunnelState } from "../tunnels/provider.ts";
import type { EarlierDelivery } from "./duplicates.ts";

/** What happens while listening. The terminal and `--json` draw the same events. */
export type ListenEvent =
  | {
      type: "ready";
      publicUrl: string | null;
      localUrl: string;
      /** Null when `--respond` answers and there is no app. */
      forwardTo: string | null;
      tunnel: "ngrok" | "none";
    }
  /** The app takes long to answer this one; its `delivery` is still to come. */
  | { type: "pending"; delivery: Delivery }
  /** A delivery is settled: answered, failed, or only kept. `duplicateOf` said the same before. */
  | { type: "delivery"; delivery: Delivery; duplicateOf: EarlierDelivery | null }
  /** A delivery was answered 200 and waits for its app; `held` counts it and all others that wait. */
  | { type: "held"; delivery: Delivery; held: number }
  /** Holding changed; `held` wait for that app now, or for all of them when it is null. */
  | { type: "holding"; state: HoldingState; held: number; app: string | null }
  | ({ type: "tunnel" } & TunnelState)
  /** How long the tunnel's provider took to answer, every few seconds. */
  | { type: "latency"; milliseconds: number }
  /** Something the user should know that is no delivery: bytes that were not HTTP, history that cannot be written. */
  | { type: "notice"; code: string; message: string }
  | { type: "stopped"; deliveries: number; failed: number };

/**
 * The user paused or resumed forwarding; the app is down; it is back and gets what waited; it has got all of it; an
 * earlier run left some that are delivered first.
 */
export type HoldingState = "paused" | "resumed" | "down" | "delivering" | "delivered" | "restored";

export type Emit = (event: ListenEvent) => void;

import type { Probes } from "../tunnels/probe.ts";
import type { Tunnel, TunnelProvider, TunnelRequest, TunnelState } from "../tunnels/provider.ts";
import type { Emit } from "./events.ts";
import { refuseOwnUrl, type ForwardTarget } from "./forward-target.ts";
import { abortOf } from "./interruption.ts";
import type { Notify } from "./notices.ts";

/** How the receiver becomes public. */
export interface PublicSettings {
  /** The user's own tunnel or proxy that points at the receiver. */
  publicUrl: string | null;
  /** Null: no tunnel. */
  tunnel: Pick<TunnelRequest, "domain" | "basicAuth" | "allowCidrs" | "trafficPolicy"> | null;
}

export interface TunnelTools {
  /** Asked when `settings.tunnel` is given. */
  tunnels: TunnelProvider;
  emit: Emit;
  notify: Notify;
  probes: Probes;
}

/**
 * Resolves to null when there is none, or when the session ends first. Whatever becomes of the tunnel later, the
 * receiver goes on.
 *
 * @param apps where the receiver forwards to
 * @throws TelepathError `FORWARDS_TO_ITSELF`, or what the provider throws
 */
export async function openTunnel(
  { publicUrl, tunnel: asked }: PublicSettings,
  apps: readonly ForwardTarget[],
  { tunnels, emit, notify, probes }: TunnelTools,
  upstream: string,
  interrupted: AbortSignal,
): Promise<Tunnel | null> {
  const checkUrl = (url: string): void => {
    for (const app of apps) refuseOwnUrl(app, url);
  };
  if (publicUrl !== null) checkUrl(publicUrl);
  if (!asked) return null;

  let saidByReady = true;
  const onState = (state: TunnelState): void => {
    if (saidByReady && state.state === "online") return;
    saidByReady = false; // there was trouble, and its end must be told too
    emit({ type: "tunnel", ...state });
    if (state.state === "offline") notify("TUNNEL_ENDED", goingOnWithout(upstream));
  };
  const onLatency = (milliseconds: number): void => emit({ type: "latency", milliseconds });
  const opening = tunnels.open({ ...asked, upstream, probes, interrupted, onState, onLatency });
  const tunnel = await Promise.race([opening, abortOf(interrupted)]).catch((error: unknown) => {
    if (!interrupted.aborted) throw error;
    return null; // an opening that is broken off fails
  });
  if (!tunnel) {
    opening.then((late) => late.close()).catch(() => {}); // nobody is left to tell
    return null;
  }
  try {
    checkUrl(tunnel.url);
  } catch (error) {
    await tunnel.close();
    throw error;
  }
  saidByReady = false;
  return tunnel;
}

function goingOnWithout(upstream: string): string {
  return `the tunnel has ended, and ${upstream} goes on receiving; start listen again for another tunnel`;
}

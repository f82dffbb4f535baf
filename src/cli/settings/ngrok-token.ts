import { findAuthtoken, type NgrokSettings } from "../../tunnels/config.ts";
import { tokenMissing } from "../../tunnels/errors.ts";
import { isInteractive, type Context } from "../context.ts";

/** How to go on: with a tunnel by these settings, or without one. */
export type TunnelChoice = { ngrok: NgrokSettings } | "no tunnel";

/**
 * Makes sure that there is an authtoken before anything else begins: on a terminal the user may paste one, which is
 * used for this run and kept nowhere, or go on without a tunnel.
 *
 * @param canDoWithout false when the user asked for something that only the tunnel does
 * @throws TelepathError `TUNNEL_TOKEN_MISSING`
 */
export async function ensureAuthtoken(
  ngrok: NgrokSettings,
  canDoWithout: boolean,
  context: Context,
): Promise<TunnelChoice> {
  if ((await findAuthtoken(ngrok)) !== undefined) return { ngrok };
  if (!isInteractive(context)) throw tokenMissing();

  const prompts = await context.prompts();
  const paste = { name: "paste an authtoken, for this run only", value: "paste" };
  const without = { name: "go on without a tunnel", value: "without" };
  const quit = { name: "quit", value: "quit" };
  const choice = await prompts.choose(
    "ngrok needs an authtoken, and none is set up. How shall we go on?",
    canDoWithout ? [paste, without, quit] : [paste, quit],
  );
  if (choice === "without") return "no tunnel";
  const authtoken = choice === "paste" ? (await prompts.askSecret("authtoken (it is not shown)")).trim() : "";
  if (authtoken === "") throw tokenMissing();
  return { ngrok: { ...ngrok, authtoken } };
}

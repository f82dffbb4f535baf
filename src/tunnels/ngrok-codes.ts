/** Our code, what happened, the next step. */
export type Explanation = readonly [code: string, message: string, hint: string];

/** Where an authtoken is copied from. */
export const tokenPage = "https://dashboard.ngrok.com/get-started/your-authtoken";
/** The last part of a hint. */
export const noTunnel = "or go on without one: --tunnel none";

/** Where ngrok explains a code of its own, or all of them. */
export function pageOf(ngrokCode: string | undefined): string {
  return `https://ngrok.com/docs/errors${ngrokCode === undefined ? "" : `/${ngrokCode.toLowerCase()}`}`;
}

/** ngrok's codes that a user of this tool can meet (https://ngrok.com/docs/errors). */
export const ngrokCodes: Record<string, Explanation> = {
  ERR_NGROK_103: [
    "TUNNEL_ACCOUNT_REFUSED",
    "the ngrok account is suspended",
    `write to support@ngrok.com, ${noTunnel}`,
  ],
  ERR_NGROK_105: [
    "TUNNEL_TOKEN_REFUSED",
    "ngrok says this is not an authtoken at all",
    `copy it anew from ${tokenPage}`,
  ],
  ERR_NGROK_107: [
    "TUNNEL_TOKEN_REFUSED",
    "ngrok does not know this authtoken, or it was revoked",
    `copy it anew from ${tokenPage}`,
  ],
  ERR_NGROK_108: [
    "TUNNEL_SESSION_LIMIT",
    "the ngrok account has as many agents online as its plan allows",
    "stop one: https://dashboard.ngrok.com/agents",
  ],
  ERR_NGROK_120: ["TUNNEL_CLIENT_TOO_OLD", "ngrok no longer accepts this version of its SDK", "update telepath-hooks"],
  ERR_NGROK_121: ["TUNNEL_CLIENT_TOO_OLD", "ngrok no longer accepts this version of its SDK", "update telepath-hooks"],
  ERR_NGROK_123: [
    "TUNNEL_ACCOUNT_REFUSED",
    "the e-mail address of the ngrok account is not verified",
    "verify it: https://dashboard.ngrok.com/user/settings",
  ],
  ERR_NGROK_312: [
    "TUNNEL_PLAN",
    "the ngrok plan does not allow this kind of endpoint",
    "see https://dashboard.ngrok.com/billing",
  ],
  ERR_NGROK_316: [
    "TUNNEL_DOMAIN_REFUSED",
    "this authtoken may not open that endpoint (its ACL says so)",
    "use another authtoken or --domain: https://dashboard.ngrok.com/authtokens",
  ],
  ERR_NGROK_320: [
    "TUNNEL_DOMAIN_REFUSED",
    "the domain belongs to another ngrok account",
    "https://dashboard.ngrok.com/domains lists yours; give one with --domain",
  ],
  ERR_NGROK_324: [
    "TUNNEL_ENDPOINT_LIMIT",
    "the ngrok account has as many endpoints online as its plan allows",
    "stop one: https://dashboard.ngrok.com/endpoints",
  ],
  ERR_NGROK_334: [
    "TUNNEL_NAME_TAKEN",
    "the domain is online already, from here or elsewhere",
    "stop the other one (https://dashboard.ngrok.com/endpoints), or give another --domain",
  ],
  ERR_NGROK_333: [
    "TUNNEL_ENDED",
    "ngrok no longer knows this endpoint",
    "start listen again; https://dashboard.ngrok.com/endpoints lists what is online",
  ],
  ERR_NGROK_702: [
    "TUNNEL_RATE_LIMIT",
    "the ngrok account makes more requests than its plan allows",
    "wait a minute and try again",
  ],
  ERR_NGROK_725: [
    "TUNNEL_QUOTA",
    "the ngrok account has used up its traffic of this month",
    `see https://dashboard.ngrok.com/billing, ${noTunnel}`,
  ],
  ERR_NGROK_727: [
    "TUNNEL_QUOTA",
    "the ngrok account has used up its requests of this month",
    `see https://dashboard.ngrok.com/billing, ${noTunnel}`,
  ],
  ERR_NGROK_734: [
    "TUNNEL_RATE_LIMIT",
    "the ngrok account makes more connections than its plan allows",
    "wait a minute and try again",
  ],
  ERR_NGROK_3004: [
    "TUNNEL_ANSWER_INVALID",
    "ngrok got no valid HTTP answer through the tunnel",
    "make the request again; if it stays so, look at https://status.ngrok.com",
  ],
  ERR_NGROK_3200: [
    "TUNNEL_OFFLINE",
    "nobody serves this name at ngrok",
    "check the name, and start listen again if it has stopped",
  ],
  ERR_NGROK_6022: [
    "TUNNEL_PLAN",
    "ngrok shows HTML pages only to verified accounts",
    "verify the account: https://dashboard.ngrok.com/user/settings; webhooks are not affected",
  ],
  ERR_NGROK_6024: [
    "TUNNEL_INTERSTITIAL",
    "ngrok shows browsers a warning page first, on its free plan",
    "click through it, or send the header ngrok-skip-browser-warning; webhooks are not affected",
  ],
  ERR_NGROK_8012: [
    "TUNNEL_UPSTREAM_REFUSED",
    "the agent could not connect to the local receiver",
    "check that listen still runs, and that no firewall closes its port on loopback",
  ],
  ERR_NGROK_4018: [
    "TUNNEL_TOKEN_REFUSED",
    "ngrok wants the authtoken of a verified account",
    `copy yours from ${tokenPage}`,
  ],
};

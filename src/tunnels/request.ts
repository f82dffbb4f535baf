import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { TelepathError } from "../model/errors.ts";
import type { Endpoint } from "./agent-messages.ts";
import type { TunnelRequest } from "./provider.ts";

/**
 * Checks what the user asked for before anything slow begins.
 *
 * @throws TelepathError `TUNNEL_DOMAIN_INVALID`, `TUNNEL_BASIC_AUTH_INVALID` or `TUNNEL_CIDR_INVALID`. The password is
 *   never in the text.
 */
export function planEndpoint(request: TunnelRequest): Endpoint {
  return {
    upstream: upstreamOrigin(request.upstream),
    domain: request.domain === undefined ? undefined : parseDomain(request.domain),
    credentials: request.basicAuth === undefined ? undefined : parseCredentials(request.basicAuth),
    allowCidrs: request.allowCidrs.map(parseCidr),
    trafficPolicy: request.trafficPolicy,
  };
}

/** The gateway's own address. Anything else is a bug: a path would be dropped and a bare port hangs every request. */
function upstreamOrigin(upstream: string): string {
  const url = new URL(upstream);
  if (url.protocol !== "http:" || url.pathname !== "/" || url.port === "") throw new Error(`bad upstream ${upstream}`);
  return url.origin;
}

function parseDomain(given: string): string {
  const bare = given.replace(/^https:\/\//i, "").replace(/\/$/, "");
  // `domainToASCII` would quietly drop a port or a path.
  const name = /[^\p{L}\p{M}\p{N}.-]/u.test(bare) ? "" : domainToASCII(bare);
  const labels = name.split(".");
  const valid =
    labels.length > 1 && name.length <= 253 && labels.every((label) => /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/.test(label));
  if (valid && isIP(name) === 0) return name;
  throw new TelepathError(
    "TUNNEL_DOMAIN_INVALID",
    `${JSON.stringify(given)} is not a domain name`,
    "give the name alone, such as --domain example.ngrok.app; https://dashboard.ngrok.com/domains lists yours",
  );
}

/** ngrok's own rule for passwords: 8 to 128 characters. */
function parseCredentials(given: string): { user: string; password: string } {
  const colon = given.indexOf(":");
  const [user, password] = [given.slice(0, Math.max(colon, 0)), given.slice(colon + 1)];
  const problem =
    colon < 1
      ? "has to be user:password"
      : /[\p{Cc}\p{Cs}]/u.test(given)
        ? "holds a control character"
        : password.length < 8 || password.length > 128
          ? `needs a password of 8 to 128 characters, this one has ${password.length}`
          : undefined;
  if (problem === undefined) return { user, password };
  throw new TelepathError(
    "TUNNEL_BASIC_AUTH_INVALID",
    `--basic-auth ${problem}`,
    "for example --basic-auth telepath:a-long-password",
  );
}

/** A network as ngrok wants it (RFC 4632 §3.1, RFC 4291 §2.3); a single address is a network of its own. */
function parseCidr(given: string): string {
  const [address = "", bits, ...rest] = given.trim().split("/");
  const most = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : undefined;
  const prefix = bits ?? String(most);
  const valid =
    most !== undefined &&
    rest.length === 0 &&
    !address.includes("%") &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) <= most;
  if (valid) return `${address}/${Number(prefix)}`;
  throw new TelepathError(
    "TUNNEL_CIDR_INVALID",
    `${JSON.stringify(given)} is not a network`,
    "give an address and a prefix length, such as --allow-cidr 203.0.113.0/24",
  );
}

import { isIP } from "node:net";
import { connect } from "node:tls";
import { addressOf } from "../../delivery/reach.ts";
import { isLocal } from "../../delivery/target.ts";
import { headerValue, type HttpResponse } from "../../model/http.ts";
import { idsOf, told, type Answer } from "../answer.ts";
import type { CheckCase, Finding } from "../case.ts";
import type { Endpoint } from "../endpoint.ts";

/** Where Telepath would send to: what its dashboard asks of a URL. */
export const urlCases: readonly CheckCase[] = [
  {
    group: "url",
    name: "https",
    sends: "nothing; its URL is looked at",
    expected: "https, which the dashboard asks of every public URL",
    advice: "register the https URL; a tunnel or a proxy in front of the app gives one",
    run: (endpoint) => Promise.resolve(schemeFinding(endpoint)),
  },
  {
    group: "url",
    name: "certificate",
    sends: "a TLS handshake",
    expected: "a certificate that every client trusts, valid for two more weeks at least",
    advice: "renew the certificate, send its whole chain, and let it name the host of the URL",
    run: certificateFinding,
  },
  {
    group: "url",
    name: "redirect",
    sends: "a signed event at exactly this URL",
    expected: "an answer of its own: Telepath follows no redirect",
    advice: "give the final URL: https instead of http, with or without the slash at the end",
    async run(endpoint) {
      const answer = await endpoint.send({ body: endpoint.event("call.started").payload });
      const verdict = redirectVerdict(answer);
      return { verdict, got: redirection(answer) ?? told(answer), deliveryIds: idsOf([answer]) };
    },
  },
];

/** No answer at all is for the other cases to judge. */
function redirectVerdict({ response }: Answer): Finding["verdict"] {
  if (!response) return "skip";
  return isRedirect(response) ? "fail" : "pass";
}

/** Where it sends its sender: `307 to https://example.com/hooks/`. Null for what is no redirect, or gives a secret away. */
function redirection({ response, leak }: Answer): string | null {
  if (!response || !isRedirect(response) || leak !== null) return null;
  const location = headerValue(response.headers, "location");
  return location === undefined ? null : `${response.status} to ${location.slice(0, longestLocation)}`;
}

const longestLocation = 200;

function isRedirect({ status }: HttpResponse): boolean {
  return status >= 300 && status < 400;
}

const localOnly: Finding = { verdict: "skip", got: "not asked of a URL of this machine", deliveryIds: [] };

function schemeFinding({ settings }: Endpoint): Finding {
  const { origin } = settings.target;
  if (isLocal(origin)) return localOnly;
  const secure = origin.startsWith("https:");
  return { verdict: secure ? "pass" : "fail", got: secure ? "https" : "http", deliveryIds: [] };
}

const handshakeMs = 10_000;
const renewInDays = 14;

async function certificateFinding({ settings, interrupted }: Endpoint): Promise<Finding> {
  const url = new URL(settings.target.origin);
  if (url.protocol !== "https:") return { verdict: "skip", got: "there is none without https", deliveryIds: [] };
  if (isLocal(url.origin)) return localOnly;
  return new Promise((resolve) => {
    const done = (verdict: Finding["verdict"], got: string): void => {
      clearTimeout(timer);
      interrupted.removeEventListener("abort", stop);
      socket.destroy();
      resolve({ verdict, got, deliveryIds: [] });
    };
    const stop = (): void => done("skip", "interrupted");
    const { host, port } = addressOf(url.origin);
    const servername = isIP(host) ? "" : host; // RFC 6066 §3 knows names only
    // Said outright: the environment can have Node trust everything, and then nothing would be found here.
    const socket = connect({ host, port, servername, rejectUnauthorized: true });
    const timer = setTimeout(() => done("fail", `no handshake within ${handshakeMs / 1000} s`), handshakeMs);
    interrupted.addEventListener("abort", stop);
    socket.on("error", (error) => done("fail", error.message));
    socket.once("secureConnect", () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      const days = Math.floor((until - Date.now()) / 86_400_000);
      done(days < renewInDays ? "warn" : "pass", `trusted, valid for ${days} more days`);
    });
  });
}

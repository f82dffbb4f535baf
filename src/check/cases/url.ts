import { isIP } from "node:net";
import { connect } from "node:tls";
import { addressOf } from "../../delivery/reach.ts";
import { isLocal } from "../../delivery/target.ts";
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
      return { verdict: redirectVerdict(answer), got: told(answer), deliveryIds: idsOf([answer]) };
    },
  },
];

/** No answer at all is for the other cases to judge. */
function redirectVerdict({ response }: Answer): Finding["verdict"] {
  if (!response) return "skip";
  return response.status >= 300 && response.status < 400 ? "fail" : "pass";
}

const localOnly: Finding = { verdict: "skip", got: "a URL of this machine; asked of public ones", deliveryIds: [] };

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
  if (url.protocol !== "https:") return { verdict: "skip", got: "no TLS is spoken there", deliveryIds: [] };
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

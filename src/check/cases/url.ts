import { connect } from "node:tls";
import { isLocal } from "../../delivery/target.ts";
import { idsOf, told } from "../answer.ts";
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
      const status = answer.response?.status ?? 0;
      const redirected = status >= 300 && status < 400;
      return { verdict: redirected ? "fail" : "pass", got: told(answer), deliveryIds: idsOf([answer]) };
    },
  },
];

const localOnly: Finding = { verdict: "skip", got: "a URL of this machine; asked of public ones", deliveryIds: [] };

function schemeFinding({ settings }: Endpoint): Finding {
  const { origin } = settings.target;
  if (isLocal(origin)) return localOnly;
  const secure = origin.startsWith("https:");
  return { verdict: secure ? "pass" : "fail", got: secure ? "https" : "http", deliveryIds: [] };
}

const handshakeMs = 10_000;
const renewInDays = 14;

async function certificateFinding({ settings }: Endpoint): Promise<Finding> {
  const url = new URL(settings.target.origin);
  if (url.protocol !== "https:") return { verdict: "skip", got: "no TLS is spoken there", deliveryIds: [] };
  if (isLocal(url.origin)) return localOnly;
  return new Promise((resolve) => {
    const done = (verdict: Finding["verdict"], got: string): void => {
      socket.destroy();
      resolve({ verdict, got, deliveryIds: [] });
    };
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const socket = connect({ host, port: Number(url.port || 443), servername: host, timeout: handshakeMs });
    socket.once("error", (error) => done("fail", error.message));
    socket.once("timeout", () => done("fail", `no handshake within ${handshakeMs / 1000} s`));
    socket.once("secureConnect", () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      const days = Math.floor((until - Date.now()) / 86_400_000);
      done(days < renewInDays ? "warn" : "pass", `trusted, valid for ${days} more days`);
    });
  });
}

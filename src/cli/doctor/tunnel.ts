import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Exchange, Transport } from "../../delivery/transport.ts";
import { headerValue } from "../../model/http.ts";
import { ngrokCodes, pageOf } from "../../tunnels/ngrok-codes.ts";
import type { Tunnel, TunnelProvider } from "../../tunnels/provider.ts";
import { durationText } from "../views/text.ts";
import { version } from "../version.ts";
import { clockFinding } from "./clock.ts";
import { ok, problem, skipped, warning, type Found } from "./finding.ts";
import type { Check, Subject } from "./subject.ts";

/** Opens a tunnel, makes one request through it, and closes it again. */
export const tunnel: Check = {
  name: "tunnel",
  withinMs: 35_000,
  async run(subject) {
    if (!subject.flags.tunnel) return [skipped("--tunnel opens one and makes a request through it")];
    const [{ ngrokTunnels }, { createTransport }] = await Promise.all([
      import("../../tunnels/ngrok.ts"),
      import("../../delivery/undici.ts"),
    ]);
    const transport = createTransport({ connections: 1 });
    try {
      const tunnels = ngrokTunnels({ ...subject.ngrok, version });
      const { context, flags, project } = subject;
      return await tryTunnel({ tunnels, transport, now: context.now, domain: flags.domain ?? project.config.domain });
    } finally {
      await transport.close();
    }
  },
};

/** What a tunnel is tried with. */
export interface TunnelTrial {
  tunnels: TunnelProvider;
  transport: Transport;
  now: Subject["context"]["now"];
  domain: string | undefined;
}

/**
 * @throws TelepathError what the provider throws when no tunnel opens
 */
export async function tryTunnel({ tunnels, transport, now, domain }: TunnelTrial): Promise<Found[]> {
  const nonce = randomBytes(16).toString("hex");
  const seen: string[] = [];
  const server = await serverOf(nonce, seen);
  try {
    const started = performance.now();
    const opened = await tunnels.open({
      upstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      allowCidrs: [],
      onState: () => {},
      ...(domain !== undefined && { domain }),
    });
    const openMs = performance.now() - started;
    try {
      const exchange = await ask(transport, opened, nonce);
      const found = verdictOn(exchange, { nonce, arrived: seen.includes(pathOf(nonce)), url: opened.url });
      return [ok(`${opened.url} opened in ${durationText(openMs)}`), ...found, ...dateFindings(exchange, now)];
    } finally {
      await opened.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers this one path, and says nothing of the time: that is for ngrok's edge. */
async function serverOf(nonce: string, seen: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.sendDate = false;
    const isOurs = request.url === pathOf(nonce);
    response.writeHead(isOurs ? 200 : 404, { "content-type": "text/plain" }).end(isOurs ? nonce : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function pathOf(nonce: string): string {
  return `/telepath-hooks-doctor/${nonce}`;
}

const answerMs = 10_000;

async function ask(transport: Transport, { url }: Tunnel, nonce: string): Promise<Exchange> {
  const { origin, host } = new URL(url);
  return await transport.exchange({
    origin,
    method: "GET",
    target: pathOf(nonce),
    headers: [
      ["Host", host],
      ["User-Agent", `telepath-hooks/${version}`],
    ],
    body: new Uint8Array(),
    timeoutMs: answerMs,
  });
}

interface Circumstances {
  nonce: string;
  /** This machine got the request. */
  arrived: boolean;
  url: string;
}

function verdictOn(
  { response, failure, message, durationMs }: Exchange,
  { nonce, arrived, url }: Circumstances,
): Found[] {
  if (response === null) {
    const what = message ?? failure ?? "no answer";
    if (arrived)
      return [problem(`a request through it arrived here, but its answer did not come back: ${what}`, again)];
    if (failure === "dns") {
      return [
        warning(
          `no request could be made through it from here: ${what}`,
          "try another DNS server; others may reach it",
        ),
      ];
    }
    return [warning(`no request could be made through it from here: ${what}`, `curl -i ${url} from another network`)];
  }
  const isOurs = response.status === 200 && Buffer.from(response.body).toString("latin1") === nonce;
  if (isOurs && arrived) return [ok(`a request through it came back in ${durationText(durationMs)}`)];
  const code = headerValue(response.headers, "ngrok-error-code");
  if (code === undefined)
    return [problem(`something else answered ${response.status} in place of this machine`, again)];
  const { what, fix } = explanationOf(code);
  return [problem(`ngrok answered ${response.status} in place of this machine${what} (${code})`, fix)];
}

function explanationOf(code: string): { what: string; fix: string } {
  const known = ngrokCodes[code];
  if (!known) return { what: "", fix: `see ${pageOf(code)}` };
  return { what: `: ${known[1]}`, fix: known[2] };
}

const again = "run doctor --tunnel again; if it stays so, look at https://status.ngrok.com";

/** Compared with the middle of the exchange: where in it the edge looked at its clock is not known. */
function dateFindings({ response, startedAt, durationMs }: Exchange, now: () => number): Found[] {
  if (response === null) return [];
  const date = Date.parse(headerValue(response.headers, "date") ?? "");
  if (Number.isNaN(date)) return [skipped("the answer has no Date to compare this machine's clock with")];
  // The transport has a clock of its own; a test's, or a frozen one, is the command's.
  const skew = now() - Date.now();
  return [clockFinding(date, startedAt + durationMs / 2 + skew, durationMs / 2)];
}

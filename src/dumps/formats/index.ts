import type { DumpFormat } from "../format.ts";
import { burp } from "./burp.ts";
import { cdp } from "./cdp.ts";
import { charles } from "./charles.ts";
import { cloudflareTail } from "./cloudflare-tail.ts";
import { curlTrace } from "./curl-trace.ts";
import { curlVerbose } from "./curl-verbose.ts";
import { curl } from "./curl.ts";
import { expressLog } from "./express-log.ts";
import { fetchCall } from "./fetch.ts";
import { fiddler } from "./fiddler.ts";
import { followed } from "./followed.ts";
import { githubDelivery } from "./github-delivery.ts";
import { googleCloud } from "./google-cloud.ts";
import { har } from "./har.ts";
import { headers } from "./headers.ts";
import { hookdeck } from "./hookdeck.ts";
import { httpFile } from "./http-file.ts";
import { httpie } from "./httpie.ts";
import { insomnia } from "./insomnia.ts";
import { json } from "./json.ts";
import { keyValues } from "./key-values.ts";
import { lambda } from "./lambda.ts";
import { mitmproxyConsole } from "./mitmproxy-console.ts";
import { mitmproxyText } from "./mitmproxy-text.ts";
import { mitmproxy } from "./mitmproxy.ts";
import { ndjson } from "./ndjson.ts";
import { ngrok } from "./ngrok.ts";
import { nock } from "./nock.ts";
import { nodeInspect } from "./node-inspect.ts";
import { packetHex } from "./packet-hex.ts";
import { pcap } from "./pcap.ts";
import { pdml } from "./pdml.ts";
import { phpPrintR } from "./php-print-r.ts";
import { phpVarDump } from "./php-var-dump.ts";
import { phpVarExport } from "./php-var-export.ts";
import { pino } from "./pino.ts";
import { pipedream } from "./pipedream.ts";
import { polly } from "./polly.ts";
import { postmanConsole } from "./postman-console.ts";
import { postman } from "./postman.ts";
import { powershell } from "./powershell.ts";
import { python } from "./python.ts";
import { rawHttp } from "./raw-http.ts";
import { ruby } from "./ruby.ts";
import { smee } from "./smee.ts";
import { socat } from "./socat.ts";
import { stripe } from "./stripe.ts";
import { svix } from "./svix.ts";
import { tcpdumpAscii } from "./tcpdump-ascii.ts";
import { telepath } from "./telepath.ts";
import { tsharkFields } from "./tshark-fields.ts";
import { tshark } from "./tshark.ts";
import { vcr } from "./vcr.ts";
import { webhookSiteCsv } from "./webhook-site-csv.ts";
import { webhookSite } from "./webhook-site.ts";

/** Every form a dump can have, in the order in which they are tried: what is told most surely comes first. */
export const dumpFormats: readonly DumpFormat[] = [
  pcap,
  fiddler,
  mitmproxy,
  postmanConsole,
  httpFile,
  rawHttp,
  curlTrace,
  socat,
  followed,
  packetHex,
  tcpdumpAscii,
  pdml,
  tsharkFields,
  burp,
  powershell,
  httpie,
  fetchCall,
  curl,
  curlVerbose,
  mitmproxyConsole,
  vcr,
  polly,
  har,
  ngrok,
  tshark,
  cdp,
  charles,
  postman,
  insomnia,
  nock,
  githubDelivery,
  webhookSite,
  lambda,
  cloudflareTail,
  googleCloud,
  hookdeck,
  pipedream,
  svix,
  stripe,
  smee,
  pino,
  telepath,
  expressLog,
  mitmproxyText,
  json,
  webhookSiteCsv,
  ndjson,
  phpVarDump,
  phpPrintR,
  phpVarExport,
  ruby,
  python,
  nodeInspect,
  keyValues,
  headers,
];

import type { DumpFormat } from "../format.ts";
import { curl } from "./curl.ts";
import { har } from "./har.ts";
import { headers } from "./headers.ts";
import { json } from "./json.ts";
import { ndjson } from "./ndjson.ts";
import { ngrok } from "./ngrok.ts";
import { rawHttp } from "./raw-http.ts";
import { tshark } from "./tshark.ts";
import { telepath } from "./telepath.ts";

/** Every form a dump can have, in the order in which they are tried: what is told most surely comes first. */
export const dumpFormats: readonly DumpFormat[] = [rawHttp, curl, har, ngrok, tshark, telepath, json, ndjson, headers];

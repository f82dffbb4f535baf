import { curl } from "./curl.ts";
import type { DumpExport } from "./export.ts";
import { har } from "./har.ts";
import { http } from "./http.ts";
import { json } from "./json.ts";

/** Every form in which requests can be handed on; all of them can be read again. */
export const dumpExports: readonly DumpExport[] = [curl, http, har, json];

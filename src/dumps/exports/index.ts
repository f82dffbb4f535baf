import { curl } from "./curl.ts";
import type { DumpExport } from "./export.ts";
import { fixture } from "./fixture.ts";
import { har } from "./har.ts";
import { http } from "./http.ts";
import { httpie } from "./httpie.ts";
import { json } from "./json.ts";
import { k6 } from "./k6.ts";
import { vitest } from "./vitest.ts";

/** Every form in which requests can be handed on and read again. */
export const dumpExports: readonly DumpExport[] = [curl, httpie, http, har, json];

/** These, and the forms that hold less than the request. */
export const exportForms: readonly DumpExport[] = [...dumpExports, fixture, k6, vitest];

import type { FixtureSource } from "../../fixtures/library.ts";
import type { CheckCase } from "../case.ts";
import { deliveryCases } from "./delivery.ts";
import { eventCases } from "./events.ts";
import { httpCases } from "./http.ts";
import { limitCases } from "./limits.ts";
import { payloadCases } from "./payload.ts";
import { signatureCases } from "./signature.ts";
import { urlCases } from "./url.ts";

/**
 * Every case, in the order in which they run: what others rest on comes first.
 *
 * @throws TelepathError as `eventCases`
 */
export function allCases(fixtures: Omit<FixtureSource, "revision">): CheckCase[] {
  return [
    ...urlCases,
    ...signatureCases,
    ...eventCases(fixtures),
    ...payloadCases,
    ...deliveryCases,
    ...limitCases,
    ...httpCases,
  ];
}

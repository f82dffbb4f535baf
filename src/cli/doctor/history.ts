import { counted, sizeText } from "../views/text.ts";
import { ok, problem, skipped } from "./finding.ts";
import type { Check } from "./subject.ts";

/** The database: opens, can be written, is whole. */
export const history: Check = {
  name: "history",
  async run(subject) {
    const examined = await subject.history();
    if (examined === null) return [skipped("there is no history yet")];
    const { path, bytes, deliveries, damage } = examined;
    if (damage.length > 0) {
      const fix = "save what can be read (telepath-hooks export --since 30d --output saved.ndjson), then move it away";
      return [problem(`${path} is damaged: ${damage[0]}`, fix)];
    }
    return [ok(`${counted(deliveries, "delivery", "deliveries")} in ${sizeText(bytes)}, whole and writable`)];
  },
};

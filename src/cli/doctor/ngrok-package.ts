import { TelepathError } from "../../model/errors.ts";
import { installedSdk } from "../../tunnels/installed.ts";
import { ok, problemOf, skipped } from "./finding.ts";
import { tunnelWish, type Check } from "./subject.ts";

/** ngrok's SDK with its native part for this platform. */
export const ngrokPackage: Check = {
  name: "ngrok-package",
  run(subject) {
    try {
      const { version, binary } = installedSdk();
      return [ok(`@ngrok/ngrok ${version}${binary === null ? "" : ` with ${binary}`} loads`)];
    } catch (error) {
      if (!(error instanceof TelepathError)) throw error;
      if (tunnelWish(subject) === "none") return [skipped(`${error.message}; the configuration wants no tunnel`)];
      return [problemOf(error)];
    }
  },
};

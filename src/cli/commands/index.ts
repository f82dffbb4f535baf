import type { Command } from "commander";
import type { Context } from "../context.ts";

/** One command: what the overview says of it, and how to load the rest. Only the one that is called is loaded. */
export interface CommandEntry {
  name: string;
  summary: string;
  load: (context: Context) => Promise<Command>;
}

/** Every command, in the order in which somebody new needs them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "listen",
    summary: "receive webhooks on a public URL, keep them, forward them to your app",
    load: async (context) => (await import("./listen.ts")).listenCommand(context),
  },
  {
    name: "send",
    summary: "send signed sample events",
    load: async (context) => (await import("./send.ts")).sendCommand(context),
  },
  {
    name: "replay",
    summary: "deliver again what was received or sent",
    load: async (context) => (await import("./replay.ts")).replayCommand(context),
  },
  {
    name: "verify",
    summary: "check the signatures in request dumps, and say why one fails",
    load: async (context) => (await import("./verify.ts")).verifyCommand(context),
  },
  {
    name: "check",
    summary: "test an endpoint against Telepath's delivery contract",
    load: async (context) => (await import("./check.ts")).checkCommand(context),
  },
  {
    name: "log",
    summary: "list deliveries, and follow them",
    load: async (context) => (await import("./log.ts")).logCommand(context),
  },
  {
    name: "show",
    summary: "one delivery in full",
    load: async (context) => (await import("./show.ts")).showCommand(context),
  },
  {
    name: "status",
    summary: "delivery health and metrics",
    load: async (context) => (await import("./status.ts")).statusCommand(context),
  },
  {
    name: "diff",
    summary: "two deliveries, compared by meaning",
    load: async (context) => (await import("./diff.ts")).diffCommand(context),
  },
  {
    name: "export",
    summary: "deliveries as curl, HAR, raw HTTP, …",
    load: async (context) => (await import("./export.ts")).exportCommand(context),
  },
  {
    name: "import",
    summary: "request dumps into the history",
    load: async (context) => (await import("./import.ts")).importCommand(context),
  },
  {
    name: "wait",
    summary: "block until a delivery matches (for CI)",
    load: async (context) => (await import("./wait.ts")).waitCommand(context),
  },
  {
    name: "fixtures",
    summary: "list, show, copy the sample events",
    load: async (context) => (await import("./fixtures.ts")).fixturesCommand(context),
  },
  {
    name: "secret",
    summary: "the signing secret of this project",
    load: async (context) => (await import("./secret.ts")).secretCommand(context),
  },
  {
    name: "doctor",
    summary: "check this machine's set-up",
    load: async (context) => (await import("./doctor.ts")).doctorCommand(context),
  },
];

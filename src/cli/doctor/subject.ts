import type { HistoryExamination } from "../../history/examine.ts";
import type { NgrokSettings } from "../../tunnels/config.ts";
import type { Context } from "../context.ts";
import type { CommonFlags, SecretFlags } from "../options.ts";
import type { NgrokFlags } from "../settings/ngrok-settings.ts";
import type { ExaminedProject } from "../settings/project.ts";
import type { Found } from "./finding.ts";

/** The flags of `doctor`, as commander hands them over. */
export interface DoctorFlags extends CommonFlags, SecretFlags, NgrokFlags {
  port?: number;
  to?: string;
  tunnel?: boolean;
  domain?: string;
}

/** What is examined. */
export interface Subject extends ExaminedProject {
  context: Context;
  flags: DoctorFlags;
  ngrok: NgrokSettings;
  /** Looked at once: it reads the whole file. */
  history: () => Promise<HistoryExamination | null>;
}

/** One check: looks, changes nothing, and says what it found. */
export interface Check {
  name: string;
  /** When no answer by then is a finding of its own, in milliseconds; 10 s when left out. */
  withinMs?: number;
  /** @throws TelepathError what a command would fail with, which then is the finding */
  run: (subject: Subject) => Promise<Found[]> | Found[];
}

/** How much the tunnel matters here: the user wants one, `listen` would open one, or the configuration says none. */
export function tunnelWish({ flags, project }: Subject): "wanted" | "default" | "none" {
  if (flags.tunnel || project.config.tunnel === "ngrok") return "wanted";
  return project.config.tunnel === "none" ? "none" : "default";
}

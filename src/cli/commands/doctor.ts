import { Command, Option } from "commander";
import { exitCodes, writeJson, type Context } from "../context.ts";
import type { DoctorFlags, Subject } from "../doctor/subject.ts";
import { commonOptions, secretOptions } from "../options.ts";
import { ngrokSettings } from "../settings/ngrok-settings.ts";
import { examineProject } from "../settings/project.ts";
import { setting } from "../settings/setting.ts";
import * as parse from "../values.ts";
import { createDoctorView, doctorJson, doctorSummary, emptyTally, findingJson } from "../views/doctor.ts";
import { styleFor } from "../views/style.ts";

export function doctorCommand(context: Context): Command {
  return commonOptions(secretOptions(doctorOptions(new Command("doctor"))))
    .summary("check this machine's set-up")
    .description(
      "Looks at Node, the environment, the configuration, the data folder and its history, the clock, the secret, " +
        "your app, and ngrok, and says what to do about what it finds. It changes nothing. Exit code 1 when " +
        "something is a problem.",
    )
    .addHelpText("after", examples)
    .action((flags: DoctorFlags) => doctorAction(flags, context));
}

function doctorOptions(command: Command): Command {
  return command
    .addOption(new Option("--tunnel", "open a tunnel, make a request through it, and close it"))
    .addOption(new Option("--port <n>", setting("port", "local port of your app", "3000")).argParser(parse.port))
    .addOption(new Option("--to <url>", setting("to", "URL of your app, instead of --port")).conflicts("port"))
    .addOption(new Option("--domain <name>", setting("domain", "a domain reserved at ngrok, for --tunnel")))
    .addOption(new Option("--authtoken <token>", "of ngrok; else its configuration has it (env: NGROK_AUTHTOKEN)"))
    .addOption(new Option("--ngrok-config <file>", "ngrok's configuration file, when it is not in its usual place"));
}

const examples = `
Examples:
  telepath-hooks doctor                    what is wrong here?
  telepath-hooks doctor --port 8080        is my app there?
  telepath-hooks doctor --tunnel           does ngrok work from here?
  telepath-hooks doctor --json | jq 'select(.status == "problem")'

✓ in order  ! may get in the way  ✗ a problem  – not checked
`;

async function doctorAction(flags: DoctorFlags, context: Context): Promise<void> {
  const [{ checks }, { findingsOf }, { examineHistory }] = await Promise.all([
    import("../doctor/index.ts"),
    import("../doctor/run.ts"),
    import("../../history/examine.ts"),
  ]);
  const examined = examineProject(context, flags);
  let history: ReturnType<Subject["history"]> | undefined;
  const subject: Subject = {
    ...examined,
    context,
    flags,
    ngrok: ngrokSettings(flags, context),
    history: () => (history ??= examineHistory(examined.project.dataDir)),
  };
  const style = styleFor(context.stdout, context, flags);
  const view = createDoctorView(style);
  const tally = emptyTally();
  for await (const finding of findingsOf(checks, subject)) {
    tally[finding.status] += 1;
    if (flags.json) writeJson(context, findingJson(finding));
    else context.stdout.write(view(finding));
  }
  if (context.interrupted.aborted) {
    context.exitCode = exitCodes.interrupted;
    return;
  }
  if (flags.json) writeJson(context, doctorJson(tally));
  else context.stdout.write(doctorSummary(tally, style));
  if (tally.problem > 0) context.exitCode = exitCodes.no;
}

import { Command, Option } from "commander";
import { answerTimeoutMs, maxConcurrency } from "../../contract/limits.ts";
import type { NgrokSettings } from "../../tunnels/config.ts";
import type { Context } from "../context.ts";
import { setting } from "../settings/setting.ts";
import type { ViewTerms } from "../listening/open-view.ts";
import { idleFlags, listenSettings, type ListenFlags } from "../settings/listen-settings.ts";
import { commonOptions, secretOptions } from "../options.ts";
import * as parse from "../values.ts";
import { ngrokSettings } from "../settings/ngrok-settings.ts";
import { ensureAuthtoken } from "../settings/ngrok-token.ts";
import { findProject } from "../settings/project.ts";
import { route } from "../settings/routes.ts";
import { findSecrets } from "../settings/secrets.ts";
import { canDoWithout, publicSettings, tunnelOptions } from "../settings/tunnel-settings.ts";
import { version } from "../version.ts";

export function listenCommand(context: Context): Command {
  return commonOptions(secretOptions(listenOptions(tunnelOptions(appOptions(new Command("listen"))))))
    .summary("receive webhooks on a public URL, keep them, forward them to your app")
    .description(
      "Receives webhooks, keeps each in the history, and forwards it to your app as it came. The sender gets " +
        "your app's own answer: 502 when the app cannot be reached, 504 when it is too slow.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  telepath-hooks listen --port 3000                   through an ngrok tunnel\n" +
        "  telepath-hooks listen --port 3000 --tunnel none     on this machine only\n" +
        "  telepath-hooks listen --to http://localhost:3000 --path /webhooks/telepath\n" +
        "  telepath-hooks listen --port 3000 --hold            keep what a restart misses\n" +
        "  telepath-hooks listen --route 'agent.*=http://localhost:3001' --port 3000\n" +
        "  telepath-hooks listen --respond 503 --delay 5s      without an app\n" +
        "\nKeys on a terminal: r replay, f replay failed, d details, v explain the\nsignature, c copy, p pause, ? help, q quit\n",
    )
    .action((flags: ListenFlags, command: Command) => listenAction(flags, command, context));
}

function appOptions(command: Command): Command {
  return command
    .addOption(new Option("--port <n>", setting("port", "local port of your app", "3000")).argParser(parse.port))
    .addOption(new Option("--to <url>", setting("to", "URL of your app, instead of --port")))
    .addOption(new Option("--path <path>", setting("path", "put before the received path")));
}

function listenOptions(command: Command): Command {
  return command
    .addOption(new Option("--listen-port <n>", "local port of the receiver (default: any)").argParser(parse.port))
    .addOption(
      new Option("--require-signature", "answer 401 unless the signature is valid; your app sees no such request"),
    )
    .addOption(
      new Option(
        "--event <type>",
        "forward these only, * and ? stand for any characters; others are kept and answered 200 (repeatable)",
      ).argParser(parse.collected),
    )
    .addOption(
      new Option(
        "--route <type=url>",
        setting(
          "routes",
          "another app for some event types, such as 'call.*=http://localhost:3001/calls' (repeatable)",
        ),
      ).argParser(route),
    )
    .addOption(new Option("--respond <status>", "answer this, and ask no app").argParser(parse.httpStatus))
    .addOption(new Option("--respond-body <text>", "with this body; @file reads it from a file"))
    .addOption(new Option("--delay <duration>", "keep each answer back for so long").argParser(parse.timeout))
    .addOption(new Option("--hold", "while your app is down: answer 200, keep, and deliver in order when it is back"))
    .addOption(new Option("--header <name: value>", "add to what is forwarded (repeatable)").argParser(parse.header))
    .addOption(new Option("--preserve-host", "forward the Host header as it came, not your app's own"))
    .addOption(new Option("--insecure", "take any certificate from an app that speaks https"))
    .addOption(new Option("--open").hideHelp())
    .addOption(new Option("--inspect-port <n>").hideHelp())
    .addOption(new Option("--no-inspect").hideHelp())
    .addOption(
      new Option("--timeout <duration>", "for your app's whole answer")
        .argParser(parse.timeout)
        .default(answerTimeoutMs, "30s"),
    )
    .addOption(
      new Option("--max-body <size>", "the largest body taken")
        .argParser(parse.bodySize)
        .default(10 * 1024 ** 2, "10mb"),
    )
    .addOption(new Option("--until <n>", "stop after so many deliveries").argParser(parse.positiveNumber))
    .addOption(
      new Option("--keep <limits>", setting("keep", "how much history to keep", "30d,1gb")).argParser(parse.keep),
    );
}

async function listenAction(flags: ListenFlags, command: Command, context: Context): Promise<void> {
  context.outlivesOutput = true; // senders wait for what is under way
  const project = findProject(context, flags);
  const secrets = (await findSecrets(context, project, flags)).all;
  const reached = await publicSettings(flags, project, command, context);
  const asked = listenSettings(flags, project, secrets, reached, command, context.cwd);
  for (const { flag, because } of idleFlags(asked, command)) {
    context.stderr.write(`note  ${flag} has no effect: ${because}\n`);
  }
  const choice = asked.tunnel
    ? await ensureAuthtoken(ngrokSettings(flags, context), canDoWithout(asked.tunnel), context)
    : "no tunnel";

  const settings = choice === "no tunnel" ? { ...asked, tunnel: null } : asked;
  const ngrok = choice === "no tunnel" ? ngrokSettings({}, context) : choice.ngrok;
  const terms = {
    settings,
    flags,
    context,
    header: { secrets: secrets.map(({ name }) => name), respond: flags.respond, routes: asked.routes },
  };
  await runSession(terms, ngrok, flags.insecure ?? false);
}

/** Opens what the session works with, and closes it in reverse. */
async function runSession(terms: ViewTerms, ngrok: NgrokSettings, insecure: boolean): Promise<void> {
  const { settings, context } = terms;
  const [{ openHistory }, { createTransport }, { listen }, { judgeReceived }, { ngrokTunnels }, { openView }] =
    await Promise.all([
      import("../../history/sqlite.ts"),
      import("../../delivery/undici.ts"),
      import("../../listen/session.ts"),
      import("../../signatures/judge.ts"),
      import("../../tunnels/ngrok.ts"),
      import("../listening/open-view.ts"),
    ]);
  const history = await openHistory(settings.dataDir, { thread: true });
  const transport = createTransport({ connections: maxConcurrency, insecure });
  try {
    const view = openView(terms, { history, transport });
    try {
      const tunnels = ngrokTunnels({ ...ngrok, version });
      const { now, interrupted } = context;
      await listen(settings, {
        history,
        transport,
        tunnels,
        now,
        interrupted,
        diagnose: (...received) => judgeReceived(...received).diagnosis,
        emit: (event) => view.emit(event),
        onControls: (controls) => view.controls?.(controls),
      });
    } finally {
      await view.end();
    }
  } finally {
    await transport.close();
    await history.close();
  }
}

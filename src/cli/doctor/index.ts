import { app } from "./app.ts";
import { clock } from "./clock.ts";
import { configuration } from "./configuration.ts";
import { dataFolder } from "./data-folder.ts";
import { envFile } from "./env-file.ts";
import { environment } from "./environment.ts";
import { history } from "./history.ts";
import { ngrokPackage } from "./ngrok-package.ts";
import { ngrokToken } from "./ngrok-token.ts";
import { node } from "./node.ts";
import { secret } from "./secret.ts";
import type { Check } from "./subject.ts";
import { tunnel } from "./tunnel.ts";

/** Every check, in the order in which one thing rests on another. */
export const checks: readonly Check[] = [
  node,
  environment,
  configuration,
  dataFolder,
  history,
  clock,
  secret,
  envFile,
  app,
  ngrokPackage,
  ngrokToken,
  tunnel,
];

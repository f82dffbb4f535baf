import { createHmac, type Hmac } from "node:crypto";
import type { Secret } from "../model/secret.ts";
import { headerState } from "./diagnose/header.ts";
import { refusalOf, type Held } from "./judge.ts";
import { judgeValid, type Judgement } from "./judgement.ts";
import { verifyDigest } from "./verify.ts";

/** Checks the signature of a body that is too large to be held, as its bytes come by. */
export interface StreamedCheck {
  /** The next bytes; they may be overwritten afterwards. */
  update(bytes: Uint8Array): void;
  /** The verdict on what came by; call it once. No cause is looked for, and an observation says so. */
  judge(held: Omit<Held, "headers" | "body">): Judgement;
}

const notDiagnosed = "the body was checked as it streamed by: it is too large to look for the cause";

/** @param secrets at least one; the body is hashed once for each, and not at all when no header could match. */
export function streamedCheck(headers: Held["headers"], secrets: readonly Secret[]): StreamedCheck {
  const checked = headerState(headers) === "well-formed" ? secrets : [];
  const hmacs = new Map<Secret, Hmac>(checked.map((secret) => [secret, createHmac("sha256", secret.hmacKey())]));
  let length = 0;
  return {
    update(bytes) {
      length += bytes.length;
      for (const hmac of hmacs.values()) hmac.update(bytes);
    },
    judge(held) {
      const checkedHeader = verifyDigest((secret) => hmacs.get(secret)!.digest(), headers, [...hmacs.keys()]);
      if (checkedHeader.verdict === "valid") return judgeValid(checkedHeader.secret, secrets);
      const refusal = refusalOf({ ...held, headers, body: { length } });
      return { ...refusal, secret: null, diagnosis: null, observations: [notDiagnosed] };
    },
  };
}

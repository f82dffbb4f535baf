import { eventHead } from "../../../model/event.ts";
import { reasonWords, type Verification } from "../verification.ts";

/** What a report says of a request: the title, why it is not valid, and what to do. Texts are from outside: escape them. */
export interface RequestFinding {
  /** `call.ended`, or `POST /hooks` of what is no event. */
  title: string;
  callId: string;
  /** The cause when it is proved, else the reason. Empty for what is plainly valid. */
  why: string;
  code: string;
  fix: string;
  seen: string[];
}

export function findingOf({ request, judgement }: Verification): RequestFinding {
  const { event, callId } = eventHead(request.body);
  const { diagnosis, reason, verdict, observations } = judgement;
  return {
    title: event ?? `${request.method ?? "?"} ${request.target ?? "?"}`,
    callId: callId ?? "",
    why: diagnosis?.summary ?? (reason === null ? "" : sentence(reasonWords[reason])),
    code: diagnosis?.code ?? reason ?? "",
    fix: diagnosis?.advice ?? "",
    seen: verdict === "valid" ? observations : [...observations, ...request.notes],
  };
}

function sentence(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}

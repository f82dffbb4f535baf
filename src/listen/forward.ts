import { isSuccess } from "../delivery/expectation.ts";
import { attemptOf, type Transport } from "../delivery/transport.ts";
import type { Attempt } from "../model/delivery.ts";
import { headerValue, type HeaderList, type HttpRequest } from "../model/http.ts";
import { prefixedTarget, type ForwardTarget } from "./forward-target.ts";
import { forwardedHeaders } from "./headers.ts";
import { withProxyHeaders, type ProxyPlace } from "./proxy-headers.ts";

/** How requests are handed to an app. */
export interface ForwardSettings {
  /** Put into each forwarded request; they replace those of the same name. */
  addedHeaders: HeaderList;
  /** For the app's whole answer. */
  timeoutMs: number;
  /** Leave `Host` as it was received; else it names the app, since many a dev server refuses other names. */
  preserveHost: boolean;
}

/** What came of handing a request to its app. */
export interface Forwarded {
  attempt: Attempt;
  outcome: "delivered" | "failed";
  /** No connection came about, so the app has seen nothing: it is not running, or its host cannot be found. */
  down: boolean;
}

/** Hands a request to an app, as its attempt of that number. Never rejects for what the app does. */
export type Forward = (request: HttpRequest, app: ForwardTarget, number: number) => Promise<Forwarded>;

export interface ForwardTools {
  transport: Transport;
  place: ProxyPlace;
  /** Ends the attempts under way. */
  aborted: AbortSignal;
}

export function createForward(settings: ForwardSettings, { transport, place, aborted }: ForwardTools): Forward {
  return async (request, app, number) => {
    const host = (settings.preserveHost ? headerValue(request.headers, "host") : undefined) ?? app.host;
    const exchange = await transport.exchange({
      method: request.method,
      origin: app.origin,
      target: prefixedTarget(app.prefix, request.target),
      headers: forwardedHeaders(withProxyHeaders(request.headers, place), host, settings.addedHeaders),
      body: request.body,
      timeoutMs: settings.timeoutMs,
      signal: aborted,
    });
    const { response, failure, reached } = exchange;
    return {
      attempt: attemptOf(exchange, number),
      outcome: response && isSuccess(response.status) ? "delivered" : "failed",
      // A certificate that is refused stays so: trying again is no cure.
      down: !reached && failure !== "tls" && failure !== "aborted",
    };
  };
}

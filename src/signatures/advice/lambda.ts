import type { Framework } from "./framework.ts";
import { nodeSignatureJs } from "./node-signature.ts";

/**
 * For API Gateway (both payload formats), function URLs, load balancers and Netlify.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const lambda: Framework = {
  name: "lambda",
  title: "AWS Lambda",
  language: "js",
  revealedBy: { formats: ["lambda"], headers: ["x-nf-request-id"], text: /"isBase64Encoded"|"requestContext"/ },
  code: `${nodeSignatureJs}

export async function handler(event) {
  // The gateway may hand the bytes over in base64.
  const encoding = event.isBase64Encoded ? "base64" : "utf8";
  const body = Buffer.from(event.body ?? "", encoding);
  // Some gateways keep the case of header names, others lower it.
  const header = Object.entries(event.headers ?? {}).find(
    ([name]) => name.toLowerCase() === "x-telepath-signature",
  );
  if (!isSigned(body, header?.[1])) return { statusCode: 401 };
  const payload = JSON.parse(body.toString("utf8"));
  return { statusCode: 200 };
}`,
};

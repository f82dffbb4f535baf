import type { Framework } from "./framework.ts";
import { nodeSignatureTs } from "./node-signature.ts";

/** https://nextjs.org/docs/app/api-reference/file-conventions/route */
export const nextApp: Framework = {
  name: "next-app",
  title: "Next.js, app router",
  language: "ts",
  revealedBy: { headers: ["x-vercel-id", "x-vercel-deployment-url"], text: /\bNextRequest\b|\bnextUrl\b/ },
  code: `// app/webhooks/telepath/route.ts
${nodeSignatureTs}

export async function POST(request: Request): Promise<Response> {
  // Not request.json(): the signature is over the bytes.
  const body = Buffer.from(await request.arrayBuffer());
  if (!isSigned(body, request.headers.get("x-telepath-signature"))) {
    return new Response("bad signature", { status: 401 });
  }
  const event = JSON.parse(body.toString("utf8"));
  return new Response(null, { status: 200 });
}`,
};

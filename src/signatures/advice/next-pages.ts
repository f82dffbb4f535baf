import type { Framework } from "./framework.ts";
import { nodeSignatureTs } from "./node-signature.ts";

/** https://nextjs.org/docs/pages/building-your-application/routing/api-routes#custom-config */
export const nextPages: Framework = {
  name: "next-pages",
  title: "Next.js, pages router",
  language: "ts",
  revealedBy: { text: /\bNextApiRequest\b|\/pages\/api\/|"?__NEXT_/ },
  code: `// pages/api/webhooks/telepath.ts
import type { NextApiRequest, NextApiResponse } from "next";
${nodeSignatureTs}

export const config = { api: { bodyParser: false } };

export default async function handler(
  req: NextApiRequest,
  res: NextApiResponse,
) {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks);
  if (!isSigned(body, req.headers["x-telepath-signature"])) {
    return res.status(401).end();
  }
  const event = JSON.parse(body.toString("utf8"));
  res.status(200).end();
}`,
};

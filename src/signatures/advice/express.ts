import type { Framework } from "./framework.ts";
import { nodeSignatureJs } from "./node-signature.ts";

/** https://expressjs.com/en/api.html#express.raw */
export const express: Framework = {
  name: "express",
  title: "Express",
  language: "js",
  revealedBy: { formats: ["express-log", "node-inspect", "pino"], text: /"originalUrl"|node_modules\/express\b/ },
  code: `import express from "express";
${nodeSignatureJs}

const app = express();
// Above any app.use(express.json()), which would take the bytes away.
app.post("/webhooks/telepath", express.raw({ type: "*/*" }), (req, res) => {
  if (!isSigned(req.body, req.get("X-Telepath-Signature"))) {
    return res.sendStatus(401);
  }
  res.sendStatus(200);
  const event = JSON.parse(req.body.toString("utf8"));
});`,
};

import type { Framework } from "./framework.ts";
import { pythonSignature } from "./python-signature.ts";

/** https://fastapi.tiangolo.com/advanced/using-request-directly/ */
export const fastapi: Framework = {
  name: "fastapi",
  title: "FastAPI",
  language: "python",
  revealedBy: { text: /\bb['"]x-telepath-signature['"]|['"]asgi['"]|\bfastapi\b|\bstarlette\b|\buvicorn\b/i },
  code: `import hashlib
import hmac
import json
import os

from fastapi import FastAPI, HTTPException, Request, Response

app = FastAPI()
${pythonSignature}


@app.post("/webhooks/telepath")
async def telepath(request: Request) -> Response:
    # No model in the signature: FastAPI would parse the body for it.
    body = await request.body()
    if not is_signed(body, request.headers.get("X-Telepath-Signature", "")):
        raise HTTPException(status_code=401)
    event = json.loads(body)
    return Response(status_code=200)`,
};

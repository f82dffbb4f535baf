import type { Framework } from "./framework.ts";
import { pythonSignature } from "./python-signature.ts";

/** https://flask.palletsprojects.com/en/stable/api/#flask.Request.get_data */
export const flask: Framework = {
  name: "flask",
  title: "Flask",
  language: "python",
  revealedBy: { formats: ["python"], text: /\bwerkzeug\b|\bflask\b|['"]wsgi\./i },
  code: `import hashlib
import hmac
import json
import os

from flask import Flask, abort, request

app = Flask(__name__)
${pythonSignature}


@app.post("/webhooks/telepath")
def telepath():
    # Not request.get_json(): the signature is over the bytes.
    body = request.get_data()
    if not is_signed(body, request.headers.get("X-Telepath-Signature", "")):
        abort(401)
    event = json.loads(body)
    return "", 200`,
};

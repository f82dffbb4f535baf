import type { Framework } from "./framework.ts";
import { pythonSignature } from "./python-signature.ts";

/** https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpRequest.body */
export const django: Framework = {
  name: "django",
  title: "Django",
  language: "python",
  revealedBy: { text: /django|\bWSGIRequest\b|\bcsrftoken\b/i },
  code: `import hashlib
import hmac
import json
import os

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

${pythonSignature}


@csrf_exempt
@require_POST
def telepath(request):
    # Before request.POST or a REST framework's request.data is touched.
    body = request.body
    if not is_signed(body, request.headers.get("X-Telepath-Signature", "")):
        return HttpResponse(status=401)
    event = json.loads(body)
    return HttpResponse(status=200)`,
};

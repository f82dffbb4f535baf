/** The check itself for Python, as the Python snippets share it. */
export const pythonSignature = `SECRET = os.environ["TELEPATH_WEBHOOK_SECRET"].encode()
if not SECRET:
    raise RuntimeError("TELEPATH_WEBHOOK_SECRET is empty")


def is_signed(body: bytes, header: str) -> bool:
    digest = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={digest}".encode(), header.encode())`;

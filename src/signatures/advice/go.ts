import type { Framework } from "./framework.ts";

/** https://pkg.go.dev/net/http and https://pkg.go.dev/crypto/hmac#Equal */
export const go: Framework = {
  name: "go",
  title: "Go net/http",
  language: "go",
  revealedBy: { text: /\bmap\[[A-Z][\w-]{0,60}:\[|\bhttp\.Header\{/ },
  code: `package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
)

// Telepath is the handler of POST /webhooks/telepath. The secret is
// os.Getenv("TELEPATH_WEBHOOK_SECRET") and must not be empty.
func Telepath(secret []byte) http.HandlerFunc {
	if len(secret) == 0 {
		panic("TELEPATH_WEBHOOK_SECRET is not set")
	}
	return func(w http.ResponseWriter, r *http.Request) {
		// All bytes first; no json.NewDecoder on r.Body.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "cannot read the body", http.StatusBadRequest)
			return
		}
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		given := r.Header.Get("X-Telepath-Signature")
		if !hmac.Equal([]byte(expected), []byte(given)) {
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		var event map[string]any
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, "not JSON", http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusOK)
	}
}`,
};

import type { Framework } from "./framework.ts";

/** https://api.rubyonrails.org/classes/ActionDispatch/Request.html#method-i-raw_post */
export const rails: Framework = {
  name: "rails",
  title: "Rails",
  language: "ruby",
  revealedBy: { formats: ["ruby"], text: /"?\b(?:action_dispatch|rack|puma)\./ },
  code: `# In config/routes.rb:
#   post "/webhooks/telepath", to: "telepath_webhooks#create"
class TelepathWebhooksController < ActionController::API
  def create
    # Not params: the signature is over the bytes.
    body = request.raw_post
    return head :unauthorized unless signed?(body)

    event = JSON.parse(body)
    head :ok
  end

  private

  def signed?(body)
    secret = ENV.fetch("TELEPATH_WEBHOOK_SECRET")
    raise "TELEPATH_WEBHOOK_SECRET is empty" if secret.empty?

    expected = "sha256=" + OpenSSL::HMAC.hexdigest("SHA256", secret, body)
    given = request.headers["X-Telepath-Signature"].to_s
    ActiveSupport::SecurityUtils.secure_compare(expected, given)
  end
end`,
};

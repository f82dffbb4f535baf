/** The peer: autocannon, a signed unique body for each request. Prints how many were answered with 2xx a second. */
import { createHmac } from "node:crypto";
import autocannon from "autocannon";
import { payload, secret } from "./data.js";

const [url, amount, connections] = process.argv.slice(2);
let number = 0;
const setupRequest = (request) => {
  const body = payload((number += 1), 600);
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const headers = { "content-type": "application/json", "x-telepath-signature": signature };
  return { ...request, body, headers };
};
const result = await autocannon({
  url,
  amount: Number(amount),
  connections: Number(connections),
  method: "POST",
  requests: [{ setupRequest }],
});
if (result.non2xx > 0 || result.errors > 0)
  throw new Error(`${result.non2xx + result.errors} were not answered with 2xx`);

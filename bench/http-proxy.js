/** The peer: http-proxy with a keep-alive agent. It stores nothing and checks nothing. Prints its port. */
import { Agent } from "node:http";
import httpProxy from "http-proxy";

const agent = new Agent({ keepAlive: true, maxSockets: 200 });
const proxy = httpProxy.createProxyServer({ target: process.argv[2], agent });
proxy.on("error", (_error, _request, response) => response.writeHead?.(502).end());
proxy.listen(0, "127.0.0.1");
const server = proxy._server;
server.on("listening", () => console.log(server.address().port));

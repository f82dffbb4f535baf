/** The app behind: most of its answers are right, some are slow, failing, streamed, or none at all. */
import { createServer } from "node:http";

/** @returns the server, and how many requests it has had */
export async function startApp() {
  const app = { requests: 0, port: 0, close: () => server.close() };
  const server = createServer((request, response) => {
    app.requests += 1;
    request.resume();
    request.on("end", () => answer(app.requests, request.url, response));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  app.port = server.address().port;
  return app;
}

function answer(count, url, response) {
  if (count % 211 === 0) response.socket.resetAndDestroy();
  else if (count % 307 === 0) setTimeout(() => response.end("late"), 1500);
  else if (url.startsWith("/slow")) setTimeout(() => response.end("slow"), 20);
  else if (url.startsWith("/500")) response.writeHead(500).end("no");
  else if (url.startsWith("/chunked")) {
    response.write("one ");
    setImmediate(() => response.end("two"));
  } else response.end("ok");
}

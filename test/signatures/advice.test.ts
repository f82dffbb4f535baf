import { execFileSync, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { frameworkNamed, revealedFramework } from "../../src/signatures/advice/choose.ts";
import { frameworks } from "../../src/signatures/advice/index.ts";
import { needsRawBody } from "../../src/signatures/advice/when.ts";

const secret = "whsec_advice";
/** Not as any JSON encoder prints it: parsed and printed again it no longer verifies. */
const body = Buffer.from('{ "event": "call.ended", "score": 1.0, "name": "Zoë" }\n');
const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

const folder = mkdtempSync(join(tmpdir(), "telepath-advice-"));
beforeAll(() => {
  process.env["TELEPATH_WEBHOOK_SECRET"] = secret;
});
afterAll(() => {
  delete process.env["TELEPATH_WEBHOOK_SECRET"];
  rmSync(folder, { recursive: true, force: true });
});

describe("the code for each framework", () => {
  it("is in a file of its own, and every file is listed", () => {
    const others = new Set(["choose", "framework", "index", "node-signature", "python-signature", "when"]);
    const files = readdirSync(join(import.meta.dirname, "../../src/signatures/advice")).map((name) =>
      name.slice(0, -3),
    );
    expect(frameworks.map(({ name }) => name).sort()).toEqual(files.filter((name) => !others.has(name)).sort());
  });

  it.each(frameworks)("$name reads the raw body and compares in constant time", ({ code }) => {
    expect(code).toMatch(/x-telepath-signature/i);
    expect(code).toContain("TELEPATH_WEBHOOK_SECRET");
    expect(code).toMatch(
      /timingSafeEqual|compare_digest|secure_compare|hash_equals|hmac\.Equal|MessageDigest\.isEqual|subtle\.verify/,
    );
    expect(code).toMatch(
      /express\.raw|parseAs: "buffer"|arrayBuffer\(\)|bodyParser: false|rawBody: true|ctx\.req|isBase64Encoded|get_data\(\)|request\.body\b|raw_post|getContent\(\)|io\.ReadAll|byte\[\] body/,
    );
    expect(code).toMatch(/is not set|is empty|must not be empty|An empty secret throws/);
  });

  it.each(frameworks)("$name fits a terminal of 80 columns", ({ code }) => {
    expect(code.split("\n").filter((line) => line.replaceAll("\t", "    ").length > 76)).toEqual([]);
    expect(code).toBe(code.trim());
  });
});

/** What each snippet uses of its framework, made of Node alone; the snippets were tried with the real ones as well. */
const standIns: Record<string, string> = {
  express: `
    const app = { post: (_path, raw, handler) => (app.serve = async (req, res) => {
      req.get = (name) => req.headers[name.toLowerCase()];
      res.sendStatus = (status) => { res.statusCode = status; res.end(); };
      await raw(req); await handler(req, res);
    }) };
    const express = () => app;
    express.raw = () => async (req) => {
      const chunks = []; for await (const chunk of req) chunks.push(chunk);
      if (chunks.length > 0) req.body = Buffer.concat(chunks);
    };
    export default express;`,
  fastify: `
    export default () => {
      let parse;
      const app = {
        register: (plugin) => plugin(app),
        removeAllContentTypeParsers() {},
        addContentTypeParser: (_type, { parseAs }, parser) => { if (parseAs === "buffer") parse = parser; },
        post: (_path, handler) => (app.serve = async (req, res) => {
          const chunks = []; for await (const chunk of req) chunks.push(chunk);
          if (chunks.length > 0) parse(req, Buffer.concat(chunks), (_error, body) => { req.body = body; });
          await handler(req, { code: (status) => ({ send: () => { res.statusCode = status; res.end(); } }) });
        }),
      };
      return app;
    };`,
  koa: `
    export default class {
      use(middleware) {
        this.serve = async (req, res) => {
          const context = { req, method: req.method, path: req.url, get: (name) => req.headers[name.toLowerCase()] ?? "",
            throw: (status) => { throw Object.assign(new Error(), { status }); } };
          try { await middleware(context, () => {}); res.statusCode = context.status; }
          catch (error) { res.statusCode = error.status ?? 500; }
          res.end();
        };
      }
    }`,
  hono: `
    export class Hono {
      post(_path, handler) {
        this.fetch = (request) => handler({
          req: { arrayBuffer: () => request.arrayBuffer(), header: (name) => request.headers.get(name) ?? undefined },
          text: (text, status) => new Response(text, { status }), body: (body, status) => new Response(body, { status }),
        });
      }
    }`,
  "hono/adapter": "export const env = () => process.env;",
  "@nestjs/common": `
    const nothing = () => () => {};
    export { nothing as Controller, nothing as Headers, nothing as HttpCode, nothing as Post, nothing as Req };
    export class UnauthorizedException extends Error {}`,
};

const standIn: Plugin = {
  name: "stand-ins",
  setup(bundle) {
    bundle.onResolve({ filter: /^[@a-z]/ }, ({ path }) =>
      path in standIns ? { path, namespace: "stand-in" } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: "stand-in" }, ({ path }) => ({ contents: standIns[path]! }));
  },
};

/** The module that a snippet is, its application included. */
async function loaded(name: string): Promise<Record<string, unknown>> {
  const { code, language } = frameworkNamed(name)!;
  const entry = join(folder, `${name}.${language}`);
  const outfile = join(folder, `${name}.mjs`);
  writeFileSync(entry, ["express", "fastify", "koa"].includes(name) ? `${code}\nexport { app };\n` : code);
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
    plugins: [standIn],
    tsconfigRaw,
  });
  return (await import(pathToFileURL(outfile).href)) as Record<string, unknown>;
}

type Post = (body: Uint8Array, signature: string | undefined) => Promise<number>;

/** A server around a handler of Node's requests, and how to post to it. */
async function served(handler: (...args: Parameters<RequestListener>) => unknown): Promise<Post> {
  const server = createServer((request, response) => void handler(request, response));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/telepath`;
  return async (bytes, value) => {
    const headers = { "content-type": "application/json", ...(value && { "x-telepath-signature": value }) };
    return (await fetch(url, { method: "POST", headers, body: bytes })).status;
  };
}

function posted(answer: (request: Request) => Promise<Response>): Post {
  return async (bytes, value) => {
    const headers: Record<string, string> = value === undefined ? {} : { "x-telepath-signature": value };
    return (await answer(new Request("http://a.test/", { method: "POST", headers, body: bytes }))).status;
  };
}

const posts: Record<string, () => Promise<Post>> = {
  express: async () => served(((await loaded("express"))["app"] as { serve: RequestListener }).serve),
  fastify: async () => served(((await loaded("fastify"))["app"] as { serve: RequestListener }).serve),
  koa: async () => served(((await loaded("koa"))["app"] as { serve: RequestListener }).serve),
  hono: async () => posted(((await loaded("hono"))["default"] as { fetch: Parameters<typeof posted>[0] }).fetch),
  "next-app": async () => posted((await loaded("next-app"))["POST"] as Parameters<typeof posted>[0]),
  "next-pages": async () => {
    const { default: handler, config } = (await loaded("next-pages")) as {
      default: (request: unknown, response: unknown) => unknown;
      config: unknown;
    };
    expect(config).toEqual({ api: { bodyParser: false } });
    return served((request, response) =>
      handler(
        request,
        Object.assign(response, {
          status(code: number) {
            response.statusCode = code;
            return response;
          },
        }),
      ),
    );
  },
  nestjs: async () => {
    const { TelepathController } = (await loaded("nestjs")) as {
      TelepathController: new () => { receive: (request: unknown, signature?: string) => void };
    };
    return (bytes, value) => {
      try {
        new TelepathController().receive({ rawBody: Buffer.from(bytes), body: {} }, value);
        return Promise.resolve(200);
      } catch (error) {
        return Promise.resolve((error as Error).constructor.name === "UnauthorizedException" ? 401 : 500);
      }
    };
  },
  lambda: async () => {
    const { handler } = (await loaded("lambda")) as {
      handler: (event: object) => Promise<{ statusCode: number }>;
    };
    return async (bytes, value) => {
      const headers = value === undefined ? {} : { "X-Telepath-Signature": value };
      const text = Buffer.from(bytes).toString("base64");
      const encoded = await handler({ headers, body: text, isBase64Encoded: true });
      const plain = await handler({ headers, body: Buffer.from(bytes).toString("utf8"), isBase64Encoded: false });
      expect(plain).toEqual(encoded);
      expect(await handler({ headers: null, body: null })).toEqual({ statusCode: 401 });
      return encoded.statusCode;
    };
  },
};

describe("the code for Node.js, run", () => {
  it("is all tried", () => {
    const node = frameworks.filter(({ language }) => language === "js" || language === "ts");
    expect(node.map(({ name }) => name).sort()).toEqual(Object.keys(posts).sort());
  });

  it.each(Object.keys(posts))("%s lets only the signed bytes in", async (name) => {
    const post = await posts[name]!();
    const reprinted = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect({
      changed: await post(reprinted, signature),
      unsigned: await post(body, undefined),
      short: await post(body, "sha256=00"),
      other: await post(body, `sha256=${"0".repeat(64)}`),
      upper: await post(body, signature.toUpperCase()),
      empty: await post(new Uint8Array(), signature),
      signed: await post(body, signature),
    }).toEqual({ changed: 401, unsigned: 401, short: 401, other: 401, upper: 401, empty: 401, signed: 200 });
  });
});

const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const output = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: "utf8" });
const written = (name: string, extension: string): string => {
  const path = join(folder, `${name}_snippet.${extension}`);
  writeFileSync(path, frameworkNamed(name)!.code);
  return path;
};

describe.skipIf(!has("python3", "--version"))("the code for Python", () => {
  it.each(["flask", "django", "fastapi"])("%s compiles, and its check tells signed bytes from others", (name) => {
    const path = written(name, "py");
    execFileSync("python3", ["-m", "py_compile", path]);
    const check = `
import ast, base64, hashlib, hmac, os, sys
tree = ast.parse(open(sys.argv[1]).read())
tree.body = [node for node in tree.body if "SECRET" in ast.unparse(node)]
names = {"hashlib": hashlib, "hmac": hmac, "os": os}
exec(compile(tree, "snippet", "exec"), names)
body = base64.b64decode(sys.argv[2])
print(names["is_signed"](body, sys.argv[3]), names["is_signed"](body + b" ", sys.argv[3]), names["is_signed"](body, "\\u00e9"))`;
    const args = ["-c", check, path, body.toString("base64"), signature];
    const env = { ...process.env, TELEPATH_WEBHOOK_SECRET: secret };
    expect(execFileSync("python3", args, { env, encoding: "utf8" })).toBe("True False False\n");
  });

  it.skipIf(!has("python3", "-c", "import flask"))("Flask itself lets only the signed bytes in", () => {
    const check = `
import base64, runpy, sys
client = runpy.run_path(sys.argv[1])["app"].test_client()
body = base64.b64decode(sys.argv[2])
for data, value in [(body, sys.argv[3]), (body + b" ", sys.argv[3]), (body, "x"), (body, None)]:
    headers = {} if value is None else {"X-Telepath-Signature": value}
    print(client.post("/webhooks/telepath", data=data, content_type="application/json", headers=headers).status_code)`;
    const args = ["-c", check, written("flask", "py"), body.toString("base64"), signature];
    const env = { ...process.env, TELEPATH_WEBHOOK_SECRET: secret };
    expect(execFileSync("python3", args, { env, encoding: "utf8" })).toBe("200\n401\n401\n401\n");
  });
});

it.skipIf(!has("ruby", "--version"))("the code for Rails is Ruby", () => {
  expect(output("ruby", "-c", written("rails", "rb"))).toContain("Syntax OK");
});

it.skipIf(!has("php", "--version"))("the code for Laravel is PHP", () => {
  expect(output("php", "-l", written("laravel", "php"))).toContain("No syntax errors");
});

describe("the framework a dump reveals", () => {
  const head = (text: string) => ({ format: "json", headers: [], head: Buffer.from(text) });

  it.each([
    ["lambda", { format: "lambda", headers: [] }],
    ["express", { format: "node-inspect", headers: [] }],
    ["express", { format: "express-log", headers: [] }],
    ["express", { format: "pino", headers: [] }],
    ["fastify", { ...head('{"level":30,"reqId":"req-1","headers":{}}'), format: "pino" }],
    ["flask", { format: "python", headers: [] }],
    ["flask", { ...head("{'wsgi.input': <_io.BufferedReader>}"), format: "python" }],
    ["django", { ...head("{'wsgi.input': 1, 'DJANGO_SETTINGS_MODULE': 'shop.settings'}"), format: "python" }],
    ["fastapi", { ...head("[(b'x-telepath-signature', b'sha256=')]"), format: "python" }],
    ["rails", { format: "ruby", headers: [] }],
    ["rails", head('{"rack.version":[1,6],"HTTP_HOST":"a.test"}')],
    ["laravel", { format: "php-print-r", headers: [] }],
    ["go", head("map[Content-Type:[application/json]]")],
    ["spring", head("o.s.w.f.CommonsRequestLoggingFilter: Before request")],
    ["koa", head("{ req: '<original node req>' }")],
    ["next-app", { format: "json", headers: [["X-Vercel-Id", "fra1::x"]] as const }],
    ["hono", { format: "cloudflare-tail", headers: [] }],
  ])("is %s", (name, clues) => {
    expect(revealedFramework(clues)?.name).toBe(name);
  });

  it("is none where nothing tells", () => {
    const headers = [["User-Agent", "Telepath-Hookshot/1.4"]] as const;
    for (const format of ["raw-http", "har", "curl", "ngrok", "json", "no such form"]) {
      expect(revealedFramework({ format, headers, head: Buffer.from('{"event":"call.ended"}') })).toBeUndefined();
    }
  });

  it("is found by its name in any case, and Next.js by the newer router", () => {
    expect(frameworkNamed("Express")?.name).toBe("express");
    expect(frameworkNamed("next")?.name).toBe("next-app");
    expect(frameworkNamed("struts")).toBeUndefined();
  });
});

describe("code that reads the raw body", () => {
  it.each(["json-reserialised-pretty", "json-key-order-jsonb", "json-combined", "body-is-base64", "utf8-as-latin1"])(
    "is the remedy for %s",
    (code) => expect(needsRawBody({ code, firstDifference: null }, "exact")).toBe(true),
  );

  it.each(["secret-quotes", "header-base64", "smart-quotes", "json-wrapped", "timestamp-included", "line-wrapped"])(
    "is none for %s",
    (code) => expect(needsRawBody({ code, firstDifference: null }, "reserialised")).toBe(false),
  );

  it("is the remedy for white space that a receiver took off, and not for what an editor put on", () => {
    const difference = { offset: 2, held: "", signed: "" };
    const trimmed = { ...difference, heldBytes: 2, signedBytes: 3 };
    const added = { ...difference, heldBytes: 3, signedBytes: 2 };
    expect(needsRawBody({ code: "whitespace-trimmed", firstDifference: trimmed }, "exact")).toBe(true);
    expect(needsRawBody({ code: "whitespace-trimmed", firstDifference: added }, "exact")).toBe(false);
  });

  it("is worth showing for an unproved dump of a parsed body only", () => {
    expect(needsRawBody(null, "reserialised")).toBe(true);
    expect(needsRawBody(null, "exact")).toBe(false);
  });
});

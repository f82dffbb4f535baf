import type { Framework } from "./framework.ts";
import { nodeSignatureTs } from "./node-signature.ts";

/** https://docs.nestjs.com/faq/raw-body */
export const nestjs: Framework = {
  name: "nestjs",
  title: "NestJS",
  language: "ts",
  revealedBy: { text: /\[Nest\]|@nestjs\/|\bNestFactory\b/ },
  code: `// main.ts: await NestFactory.create(AppModule, { rawBody: true });
import { Controller, Headers, HttpCode, Post, Req } from "@nestjs/common";
import { UnauthorizedException, type RawBodyRequest } from "@nestjs/common";
import type { IncomingMessage } from "node:http";
${nodeSignatureTs}

@Controller("webhooks/telepath")
export class TelepathController {
  @Post()
  @HttpCode(200)
  receive(
    @Req() req: RawBodyRequest<IncomingMessage>,
    @Headers("x-telepath-signature") signature?: string,
  ) {
    // req.body is the parsed JSON; only req.rawBody holds the signed bytes.
    const signed = isSigned(req.rawBody, signature);
    if (!signed) throw new UnauthorizedException();
    const event = JSON.parse(req.rawBody!.toString("utf8"));
  }
}`,
};

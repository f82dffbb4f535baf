import { django } from "./django.ts";
import { express } from "./express.ts";
import { fastapi } from "./fastapi.ts";
import { fastify } from "./fastify.ts";
import { flask } from "./flask.ts";
import type { Framework } from "./framework.ts";
import { go } from "./go.ts";
import { hono } from "./hono.ts";
import { koa } from "./koa.ts";
import { lambda } from "./lambda.ts";
import { laravel } from "./laravel.ts";
import { nestjs } from "./nestjs.ts";
import { nextApp } from "./next-app.ts";
import { nextPages } from "./next-pages.ts";
import { rails } from "./rails.ts";
import { spring } from "./spring.ts";

/** Every framework there is code for. What a dump shows more surely comes first. */
export const frameworks: readonly Framework[] = [
  lambda,
  nestjs,
  nextPages,
  nextApp,
  fastify,
  hono,
  koa,
  fastapi,
  django,
  flask,
  rails,
  laravel,
  spring,
  go,
  express,
];

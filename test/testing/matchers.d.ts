import "vitest";

declare module "vitest" {
  interface Matchers<T = unknown> {
    toBeAccepted(): T;
    toBeRefused(): T;
    toKeepContract(): T;
  }
}

import { expect, test } from "vitest";
import { isSecretName } from "../../src/live/secret-names.ts";

test.each([
  "api-key",
  "--api-key",
  "api_key",
  "admin_api_key",
  "HF_TOKEN",
  "token",
  "access_token",
  "AWS_SECRET_ACCESS_KEY",
  "password",
  "DB_PASSWD",
  "private-key",
  "credentials",
  "LICENSE_KEY",
])("%s is nobody's business", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  "max-num-batched-tokens",
  "MAX_TOKENS",
  "tokenizer",
  "tokenizer_path",
  "page_size",
  "kv-cache-dtype",
  "key-value-heads",
  "monkey",
])("%s is no secret", (name) => {
  expect(isSecretName(name)).toBe(false);
});

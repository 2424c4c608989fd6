import { usage } from "../exit.ts";

/** The server's key: the first line of stdin where asked for, else INFERENCE_LENS_TOKEN; never shown. */
export async function givenToken({ tokenStdin }: { readonly tokenStdin?: boolean }): Promise<string | undefined> {
  if (!tokenStdin) return process.env.INFERENCE_LENS_TOKEN || undefined;
  let text = "";
  for await (const part of process.stdin) {
    text += String(part);
    if (text.includes("\n") || text.length > 10_000) break;
  }
  const token = text.split(/\r?\n/)[0]?.trim() ?? "";
  if (token === "") throw usage("--token-stdin: no key came in on stdin.");
  return token;
}

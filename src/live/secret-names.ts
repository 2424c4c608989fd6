const secret = /secret|passw(or)?d|credential|(token|(api|admin|access|auth|private|licen[cs]e|encryption)-?key)s?$/i;
/** Words that end so and count tokens instead: `max-num-batched-tokens`, `MAX_TOKENS`. */
const counted = /tokens$/i;

/** Whether what a flag, a variable, a member or a parameter of this name says is nobody's business. */
export function isSecretName(written: string): boolean {
  const name = written.replaceAll("_", "-");
  return secret.test(name) && !counted.test(name);
}

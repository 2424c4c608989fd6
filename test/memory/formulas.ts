/** Works a printed formula out: numbers, + − · /, brackets; a GiB after a number or bracket multiplies it, other words are dropped. */
export function worth(formula: string): number {
  const tokens = formula.match(/GiB|[\d.]+|[()+−·/]/g) ?? [];
  let at = 0;
  const take = () => tokens[at++] ?? "";
  const unit = (value: number): number => {
    if (tokens[at] !== "GiB") return value;
    at++;
    return value * 2 ** 30;
  };
  function factor(): number {
    const token = take();
    if (token !== "(") return unit(Number(token));
    const value = sum();
    take();
    return unit(value);
  }
  function product(): number {
    let value = factor();
    while (tokens[at] === "·" || tokens[at] === "/") value = take() === "·" ? value * factor() : value / factor();
    return value;
  }
  function sum(): number {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "−") value = take() === "+" ? value + product() : value - product();
    return value;
  }
  return sum();
}

/** Without its words. */
export const plain = (formula: string): string =>
  formula.replace(/[a-z]+[ -]?\d*(?:\.\d+)?(?= |$)/giu, (word) => (word === "GiB" ? word : ""));

// Names in package-lock.json the optional builds for other platforms that the registry in use did not offer. npm leaves such packages out
// of the lock without a word, and `npm ci` then refuses the lock everywhere. Run after `npm install` where that happens.
import { readFileSync, writeFileSync } from "node:fs";

const systems = { android: "android", darwin: "darwin", freebsd: "freebsd", linux: "linux", openharmony: "openharmony", win32: "win32" };
const machines = ["x64", "arm64", "arm", "ia32", "ppc64", "riscv64", "s390x"];

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || !/^\d/.test(version)) continue;
    const words = name.split(/[/-]/);
    const os = words.map((word) => systems[word]).find(Boolean);
    const cpu = words.find((word) => machines.includes(word));
    if (!os || !cpu) continue;
    const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : undefined;
    lock.packages[key] = { version, cpu: [cpu], ...(libc && { libc }), dev: true, optional: true, os: [os] };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} optional packages named.`);

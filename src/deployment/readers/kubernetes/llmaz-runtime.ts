import { findLaunches } from "../../launch.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { listWords } from "../fields/extra-arguments.ts";
import { imageOf } from "../helm/chart-image.ts";
import { listedVariables } from "../pods/environment.ts";

/** The engine of a BackendRuntime: its command, with the arguments of all its presets, of which a playground takes one. */
export function backendRuntime(spec: YamlValue): Omit<Unit, "name" | "anchor" | "extent"> | undefined {
  const command = ["command", "commands"].flatMap((key) => listWords(spec.at(key)));
  // Presets are lists of arguments, of flags before v0.1.
  const presets = [...spec.at("recommendedConfigs").items(), ...spec.at("args").items()];
  const args = presets.flatMap((preset) => [...listWords(preset.at("args")), ...listWords(preset.at("flags"))]);
  const environment = listedVariables(spec.at("envs"), new Map());
  const [launch] = findLaunches([...command, ...args], environment).launches;
  const repository = spec.at("image").text();
  return (
    launch && {
      ...plainUnit,
      format: "llmaz-backendruntime",
      engine: launch.engine,
      launcher: launch.launcher,
      launch,
      image: repository && imageOf(undefined, repository, spec.at("version").text()),
      environment,
      environmentComplete: true,
      // A playground adds arguments of its own.
      complete: false,
      instances: undefined,
      hardware: unknownHardware,
    }
  );
}

import { type Message, message } from "../../deployment/message.ts";
import type { Pod } from "./pod.ts";
import type { ContainerStatus, PodContainer } from "./pod-container.ts";
import { engineContainer } from "./serving-ports.ts";

/** Why a pod does not serve. */
export interface PodTrouble {
  readonly kind: "unscheduled" | "image" | "crashing" | "starting" | "ended" | "leaving" | "other";
  readonly words: Message;
}

/** Why a pod does not serve, as Kubernetes tells it; undefined while it runs. */
export function podTrouble(pod: Pod): PodTrouble | undefined {
  const { name, phase, unscheduled, ended } = pod;
  if (pod.isLeaving) return { kind: "leaving", words: message("{0} is being removed.", name) };
  if (phase === "Failed" || phase === "Succeeded") return { kind: "ended", words: message("{0} has ended: {1}", name, ended ?? phase) };
  if (phase === "Pending" && unscheduled !== null) {
    return { kind: "unscheduled", words: message("{0} waits for a node: {1}", name, unscheduled) };
  }
  const all = [engineContainer(pod), ...pod.containers, ...pod.sidecars].filter((one) => one !== undefined);
  for (const container of all) {
    const { status } = container;
    if (status?.waiting) return waiting(pod, container, status);
  }
  return phase === "Pending" ? { kind: "starting", words: message("{0} is being set up.", name) } : undefined;
}

function waiting({ name }: Pod, { image }: PodContainer, { waiting: why, ended, restarts }: ContainerStatus): PodTrouble {
  const reason = why?.reason ?? "";
  const said = why && why.said !== "" ? why.said : reason;
  if (/ImagePull|InvalidImageName|ErrImage|RegistryUnavailable/.test(reason)) {
    return { kind: "image", words: message("{0} cannot fetch its image {1}: {2}", name, image, said) };
  }
  if (reason === "CrashLoopBackOff") {
    const end = ended === null ? reason : ended.exitCode === null ? ended.reason : `${ended.reason}, exit code ${ended.exitCode}`;
    return { kind: "crashing", words: message("{0} ends again and again, {1} times so far ({2}).", name, restarts, end) };
  }
  if (reason === "" || /^(ContainerCreating|PodInitializing)$/.test(reason)) {
    return { kind: "starting", words: message("{0} is being set up.", name) };
  }
  return { kind: "other", words: message("{0} does not start: {1}", name, said) };
}

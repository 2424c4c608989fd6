import { at, figure, words } from "../bench/fields.ts";
import { list, texts } from "./kube-fields.ts";
import type { ContainerEnd, ContainerReason, ContainerStatus, PodContainer } from "./pod-container.ts";
import { variable, withoutSecrets } from "./secrets.ts";

/** A container of a pod's spec with its status among `statuses`. */
export function readContainer(spec: unknown, statuses: unknown): PodContainer {
  const name = words(at(spec, "name")) ?? "";
  const status = list(statuses).find((one) => at(one, "name") === name);
  return {
    name,
    image: words(at(spec, "image")) ?? "",
    ports: list(at(spec, "ports")).flatMap((one) => {
      const port = figure(at(one, "containerPort"));
      const isTcp = (words(at(one, "protocol")) ?? "TCP") === "TCP";
      return port !== null && isTcp ? [{ port, name: words(at(one, "name")) ?? "" }] : [];
    }),
    command: withoutSecrets(list(at(spec, "command")).map(String)),
    args: withoutSecrets(list(at(spec, "args")).map(String)),
    environment: list(at(spec, "env")).flatMap((one) => {
      const key = words(at(one, "name"));
      const value = at(one, "value");
      const isEmpty = value === undefined && at(one, "valueFrom") === undefined;
      return key === null ? [] : [variable(key, isEmpty ? "" : typeof value === "string" ? value : undefined)];
    }),
    limits: texts(at(spec, "resources", "limits")),
    status: status === undefined ? undefined : readStatus(status),
  };
}

function readStatus(status: unknown): ContainerStatus {
  return {
    restarts: figure(at(status, "restartCount")) ?? 0,
    imageId: words(at(status, "imageID")) ?? "",
    waiting: readReason(at(status, "state", "waiting")),
    ended: readEnd(at(status, "state", "terminated")) ?? readEnd(at(status, "lastState", "terminated")),
  };
}

function readReason(state: unknown): ContainerReason | null {
  if (state === undefined || state === null) return null;
  return { reason: words(at(state, "reason")) ?? "", said: words(at(state, "message")) ?? "" };
}

function readEnd(state: unknown): ContainerEnd | null {
  const reason = readReason(state);
  return reason && { ...reason, exitCode: figure(at(state, "exitCode")) };
}

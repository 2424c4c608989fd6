/** One container of a pod: what it was told, and how it is. */
export interface PodContainer {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly ContainerPort[];
  /** Without what looks like a secret. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly environment: readonly Variable[];
  /** Resources that it may use, by name: `nvidia.com/gpu` → `8`. */
  readonly limits: ReadonlyMap<string, string>;
  readonly status: ContainerStatus | undefined;
}

export interface ContainerPort {
  readonly port: number;
  /** Empty where it has none. */
  readonly name: string;
}

/** `value` null: a secret, or what a pod takes from elsewhere; never read. */
export interface Variable {
  readonly name: string;
  readonly value: string | null;
}

export interface ContainerStatus {
  readonly restarts: number;
  readonly imageId: string;
  /** What it waits for; null while it runs. */
  readonly waiting: ContainerReason | null;
  /** How it ended, now or before it was started again. */
  readonly ended: ContainerEnd | null;
}

export interface ContainerReason {
  /** `ImagePullBackOff`, `CrashLoopBackOff`, `ContainerCreating`, … */
  readonly reason: string;
  readonly said: string;
}

export interface ContainerEnd extends ContainerReason {
  readonly exitCode: number | null;
}

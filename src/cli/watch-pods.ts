import { plain } from "../deployment/message.ts";
import { placeIn } from "../live/kubernetes/cluster-place.ts";
import { manifestPods, type PodQuery, selectedPods } from "../live/kubernetes/manifest-pods.ts";
import { ClusterPods } from "../platform/cluster-pods.ts";
import { isKubectlError, Kubectl } from "../platform/kubectl.ts";
import { type AttachedPods, attachedPods } from "../platform/pods-target.ts";
import { CliError, exits, usage } from "./exit.ts";
import type { CommonOptions } from "./input/common-options.ts";
import { readSubjects } from "./input/subjects.ts";
import type { Session } from "./session.ts";

export interface PodsOptions extends CommonOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly selector?: string;
  readonly once?: boolean;
}

/** The pods of a manifest's deployment, after context and namespace were told on stderr; throws CliError where none can be asked. */
export async function podsToWatch(path: string, options: PodsOptions, session: Session): Promise<AttachedPods> {
  const { name, namespace, queries } = await wanted(path, options, session);
  const kubectl = new Kubectl();
  try {
    const { all, current } = await kubectl.contexts();
    const context = options.context === undefined ? current : all.find((one) => one.name === options.context);
    if (!context)
      throw unreachable(
        noContext(
          options.context,
          all.map((one) => one.name),
        ),
      );
    const place = placeIn(context, options.namespace ?? namespace);
    session.terminal.fail(`kubectl asks context ${place.context}, namespace ${place.namespace}, for pods of ${name}.`);
    const cluster = new ClusterPods(kubectl, place);
    const why = await cluster.whyNone(await cluster.list(queries));
    if (why.length > 0) throw unreachable(why.map(plain).join(" "));
    return attachedPods({ name, place, queries }, kubectl.tool, { isOneLook: options.once ?? false });
  } catch (error) {
    throw isKubectlError(error) ? unreachable(error.message) : error;
  }
}

interface Wanted {
  readonly name: string;
  readonly namespace: string | null;
  readonly queries: readonly PodQuery[];
}

async function wanted(path: string, options: PodsOptions, session: Session): Promise<Wanted> {
  const { subjects } = await readSubjects([path], options, session);
  const found = subjects.flatMap(({ input, analysis }) => analysis.deployments.map(({ deployment }) => ({ input, deployment })));
  const [only] = found;
  if (!only) throw usage(`${path} holds no deployment whose pods could be asked.`);
  if (found.length > 1) {
    throw usage(
      `${path} holds ${found.length} deployments; choose one with --deployment: ${found.map((one) => one.deployment.id).join(", ")}.`,
    );
  }
  const { namespace, queries } = manifestPods(only.input.text, only.deployment);
  const chosen = options.selector === undefined ? queries : selectedPods(options.selector);
  const { name } = only.deployment;
  if (chosen.length === 0)
    throw usage(`${path} does not tell which pods are those of ${name}: give their labels with --selector app=NAME.`);
  return { name, namespace, queries: chosen };
}

function noContext(asked: string | undefined, names: readonly string[]): string {
  if (names.length === 0) return "kubectl has no context to use: its configuration is empty.";
  const all = `Known are ${names.slice(0, 8).join(", ")}.`;
  return asked === undefined
    ? `kubectl has no current context: give one with --context. ${all}`
    : `kubectl knows no context “${asked}”. ${all}`;
}

function unreachable(message: string): CliError {
  return new CliError(exits.unreachable, message);
}

import { wordTable } from "../../catalog/word-table.ts";

/** Where a kind's pods bear the name of what made them. */
interface NamedPods {
  /** Groups of the API that the kind is of. */
  readonly api: RegExp;
  /** Label selectors; a pod that one of them finds is meant. `NAME` stands for the object's name. */
  readonly selectors: readonly string[];
  /** A label whose value begins with the object's name and a dash, where no label has the name alone. */
  readonly prefix?: string;
}

/** Labels by which controllers mark the pods they make, read from the controllers' sources of 2025 and 2026. */
const kinds: Readonly<Record<string, readonly NamedPods[]>> = wordTable({
  Job: [{ api: /^batch\//, selectors: ["job-name=NAME"] }],
  Service: [{ api: /^serving\.knative\.dev\//, selectors: ["serving.knative.dev/service=NAME"] }],
  LeaderWorkerSet: [{ api: /^leaderworkerset\.x-k8s\.io\//, selectors: ["leaderworkerset.sigs.k8s.io/name=NAME"] }],
  DisaggregatedSet: [{ api: /^disaggregatedset\.x-k8s\.io\//, selectors: ["disaggregatedset.x-k8s.io/name=NAME"] }],
  InferenceService: [
    { api: /^serving\.kserve\.io\//, selectors: ["serving.kserve.io/inferenceservice=NAME,component=predictor"] },
    { api: /^ome\.io\//, selectors: ["ome.io/inferenceservice=NAME,component notin (router)"] },
  ],
  // Its scheduler has no role.
  LLMInferenceService: [
    {
      api: /^serving\.kserve\.io\//,
      selectors: ["app.kubernetes.io/name=NAME,app.kubernetes.io/part-of=llminferenceservice,llm-d.ai/role"],
    },
  ],
  // Frontends, planners and pickers of a graph are no engines.
  DynamoGraphDeployment: [
    {
      api: /^nvidia\.com\//,
      selectors: ["nvidia.com/dynamo-graph-deployment-name=NAME,nvidia.com/dynamo-component-type notin (frontend,planner,epp)"],
    },
  ],
  RayCluster: [{ api: /^ray\.io\//, selectors: ["ray.io/cluster=NAME"] }],
  // Their clusters are named after them, with an ending that the operator draws.
  RayService: [{ api: /^ray\.io\//, selectors: ["ray.io/is-ray-node=yes"], prefix: "ray.io/cluster" }],
  RayJob: [{ api: /^ray\.io\//, selectors: ["ray.io/is-ray-node=yes"], prefix: "ray.io/cluster" }],
  Workspace: [{ api: /^kaito\.sh\//, selectors: ["kaito.sh/workspace=NAME"] }],
  InferenceSet: [{ api: /^kaito\.sh\//, selectors: ["inferenceset.kaito.sh/created-by=NAME"] }],
  ModelServing: [{ api: /^workload\.serving\.volcano\.sh\//, selectors: ["modelserving.volcano.sh/name=NAME"] }],
  ModelBooster: [{ api: /^workload\.serving\.volcano\.sh\//, selectors: ["workload.serving.volcano.sh/model-name=NAME"] }],
  Model: [{ api: /^kubeai\.org\//, selectors: ["model=NAME"] }],
  NIMService: [{ api: /^apps\.nvidia\.com\//, selectors: ["app in (NAME,NAME-lws)"] }],
  StormService: [{ api: /^orchestration\.aibrix\.ai\//, selectors: ["storm-service-name=NAME"] }],
  // The second since its v1alpha2.
  RoleBasedGroup: [
    {
      api: /^workloads\.x-k8s\.io\//,
      selectors: ["rolebasedgroup.workloads.x-k8s.io/name=NAME", "rbg.workloads.x-k8s.io/group-name=NAME"],
    },
  ],
});

/** How the pods of an object are found by its name; undefined where no label has it. */
export function namedPods(kind: string, api: string): NamedPods | undefined {
  return kinds[kind]?.find((one) => one.api.test(api));
}

import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const cluster = (gpus: number, replicas = 2, more = ""): string => `    headGroupSpec:
      rayStartParams: {num-gpus: "0"}
      template:
        spec:
          containers: [{name: ray-head, image: "rayproject/ray-llm:2.52.0", resources: {limits: {cpu: "2"}}}]
    workerGroupSpecs:
      - groupName: gpus
        replicas: ${replicas}
        minReplicas: ${replicas}
        maxReplicas: ${replicas}${more}
        template:
          spec:
            nodeSelector: {cloud.google.com/gke-accelerator: nvidia-h100-80gb}
            containers:
              - name: ray-worker
                image: rayproject/ray-llm:2.52.0
                resources: {limits: {nvidia.com/gpu: "${gpus}"}}
`;

const service = (serve: string, below = cluster(8)): string => `apiVersion: ray.io/v1
kind: RayService
metadata: {name: r1}
spec:
  serveConfigV2: |
${serve.trimEnd().replace(/^(?=.)/gm, "    ")}
  rayClusterConfig:
${below}`;

const llm = `applications:
  - name: llm_app
    import_path: ray.serve.llm:build_openai_app
    args:
      llm_configs:
        - model_loading_config: {model_id: deepseek, model_source: deepseek-ai/DeepSeek-R1}
          accelerator_type: H100
          deployment_config: {autoscaling_config: {min_replicas: 1, max_replicas: 1}}
          runtime_env: {env_vars: {VLLM_USE_V1: "1"}}
          engine_kwargs:
            tensor_parallel_size: 8
            pipeline_parallel_size: 2
            max_model_len: 16384
            enable_chunked_prefill: true
`;

describe("applications of Ray Serve in a RayService", () => {
  test("engine_kwargs are flags at their places inside the text, the cluster is the instance", () => {
    const text = service(llm);
    expect(poolRows(text)).toEqual([
      {
        deployment: "r1",
        pool: "r1",
        format: "ray-service",
        role: "mixed",
        engine: "vllm",
        launcher: "ray-serve",
        model: "deepseek-ai/DeepSeek-R1",
        tp: 8,
        pp: 2,
        gpus: 16,
        nodes: 2,
        instances: 1,
        gpu: "H100-SXM5-80GB",
        complete: true,
      },
    ]);
    const { deployment, pool } = only(readText(text));
    expect(sliceOf(text, flagOf(pool, "tensor-parallel-size").flagRange)).toBe("tensor_parallel_size");
    expect(sliceOf(text, pool.engine.parallel.written.tp?.range)).toBe("8");
    expect(sliceOf(text, deployment.model?.range)).toBe("deepseek-ai/DeepSeek-R1");
    expect(settings(pool)).toMatchObject({ "distributed-executor-backend": "ray", "max-model-len": "16384" });
    expect(pool.engine.site?.style).toBe("fields");
    expect(pool.engine.environment.get("VLLM_USE_V1")?.value).toBe("1");
    expect(pool.hardware.sharedMemory?.value).toBe("memory");
    expect(findingsOf(text).filter((one) => !one.startsWith("information"))).toEqual([]);
  });

  test("more ranks than the cluster has GPUs are found at the count", () => {
    expect(findingsOf(service(llm, cluster(4))).filter((one) => one.includes("gpu"))).toEqual(["error gpu-count: 4"]);
  });

  test("replicas share the cluster: it is no instance's own, and none of it is idle", () => {
    const text = service(
      llm.replace("{autoscaling_config: {min_replicas: 1, max_replicas: 1}}", "{num_replicas: 8}").replace(/ {12}.*parallel.*\n/g, ""),
    );
    expect(poolRows(text)).toEqual([expect.objectContaining({ tp: undefined, gpus: 16, nodes: undefined, instances: 8 })]);
    expect(findingsOf(text).filter((one) => one.includes("gpu"))).toEqual([]);
    const scaling = service(llm.replace("max_replicas: 1", "max_replicas: 4"));
    expect(poolRows(scaling)[0]).toMatchObject({ instances: undefined, gpus: 16 });
  });

  test("hosts of a group multiply, a group that scales from none is unknown", () => {
    expect(poolRows(service(llm, cluster(4, 2, "\n        numOfHosts: 2")))[0]).toMatchObject({ gpus: 16, nodes: 4 });
    const fromNone = cluster(8).replace("replicas: 2", "replicas: 0");
    expect(poolRows(service(llm, fromNone))[0]).toMatchObject({ gpus: undefined, nodes: undefined });
  });

  test("prefill and decode are pools of one, several models stand for themselves", () => {
    const pd = `applications:
  - name: pd
    import_path: ray.serve.llm:build_pd_openai_app
    args:
      prefill_config:
        model_loading_config: {model_id: Qwen/Qwen3-32B}
        engine_kwargs: {tensor_parallel_size: 2}
      decode_config:
        model_loading_config: {model_id: Qwen/Qwen3-32B}
        engine_kwargs: {tensor_parallel_size: 4}
  - name: other
    import_path: ray.serve.llm:build_openai_app
    args:
      llm_configs: [{model_loading_config: {model_id: small, model_source: {bucket_uri: "s3://models/small"}}}, ./models/x.yaml]
`;
    expect(readText(service(pd)).deployments.map(({ anchor }) => sliceOf(service(pd), anchor))).toEqual([
      "model_loading_config",
      "model_loading_config",
      "./models/x.yaml",
    ]);
    expect(poolRows(service(pd)).map(({ deployment, role, model, tp }) => [deployment, role, model, tp])).toEqual([
      ["pd", "prefill", "Qwen/Qwen3-32B", 2],
      ["pd", "decode", "Qwen/Qwen3-32B", 4],
      ["r1/small", "mixed", "s3://models/small", undefined],
      ["r1/other", "mixed", undefined, undefined],
    ]);
  });

  test("a script of one's own is told model and sizes by its environment", () => {
    const own = `applications:
  - name: llm
    import_path: samples.vllm.serve:model
    deployments: [{name: VLLMDeployment, num_replicas: 1, ray_actor_options: {num_cpus: 8}}]
    runtime_env:
      pip: ["vllm==0.5.4"]
      env_vars: {MODEL_ID: meta-llama/Llama-3.1-8B-Instruct, TENSOR_PARALLELISM: "2", PIPELINE_PARALLELISM: "1"}
`;
    const text = service(own, cluster(2, 1));
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        engine: "vllm",
        model: "meta-llama/Llama-3.1-8B-Instruct",
        tp: 2,
        pp: 1,
        gpus: 2,
        instances: 1,
        complete: false,
      }),
    ]);
    // Its code may add what the file does not show.
    expect(findingsOf(service(own.replace('"2"', '"4"'), cluster(2, 1)))).toEqual([]);
    expect(poolRows(service(own.replaceAll(/vllm/gi, "mine").replace("meta-llama/Llama-3.1-8B-Instruct", '"$MODEL_ID"')))[0]).toMatchObject(
      {
        engine: "other",
        model: undefined,
        launcher: "ray-serve",
      },
    );
    expect(poolRows(service(own.replace("MODEL_ID", "OTHER")))).toEqual([
      expect.objectContaining({ engine: "vllm", model: undefined, tp: 2 }),
    ]);
    expect(poolRows(service(own.replace("MODEL_ID", "OTHER").replace("vllm==0.5.4", "vllm-client")))).toEqual([]);
  });

  test("text that cannot be followed tells no engine", () => {
    expect(readText(service(llm).replace("serveConfigV2: |", "serveConfigV2: >"))).toMatchObject({
      formats: ["ray-service"],
      deployments: [],
    });
  });
});

test("a RayJob's entry point has the cluster", () => {
  const text = `apiVersion: ray.io/v1
kind: RayJob
metadata: {name: job}
spec:
  entrypoint: vllm serve Qwen/Qwen3-32B --tensor-parallel-size 4 --distributed-executor-backend ray
  rayClusterSpec:
${cluster(2)}`;
  expect(poolRows(text)).toEqual([
    expect.objectContaining({ deployment: "job", format: "ray-job", model: "Qwen/Qwen3-32B", tp: 4, gpus: 4, nodes: 2, instances: 1 }),
  ]);
  expect(findingsOf(text.replace("size 4", "size 8")).filter((one) => one.includes("gpu"))).toEqual(["error gpu-count: 2"]);
  expect(readText(text.replace(/entrypoint:.*/, "entrypoint: python vllm_train.py"))).toMatchObject({
    formats: ["ray-job"],
    deployments: [],
  });
});

test("a RayCluster serves only where its head starts an engine", () => {
  const text = `apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: ray}
spec:
${cluster(4, 1).replace('image: "rayproject/ray-llm:2.52.0",', 'image: "vllm/vllm-openai:v0.11.0", command: [bash, -c], args: ["ray start --head && vllm serve a/b -tp 4"],')}`;
  expect(poolRows(text)).toEqual([expect.objectContaining({ format: "ray-cluster", model: "a/b", tp: 4, gpus: 4, version: "0.11.0" })]);
  expect(readText(text.replace(/ command:.*?\],/, "").replace(/ args:.*?\],/, ""))).toMatchObject({
    formats: ["ray-cluster"],
    deployments: [],
  });
});

test("a file for `serve deploy` has no cluster; a placement group tells a replica's GPUs", () => {
  const file = llm.replace(
    "accelerator_type: H100",
    "accelerator_type: H100\n          placement_group_config: {bundles: [{GPU: 8, CPU: 1}, {GPU: 8}]}",
  );
  expect(poolRows(file, "serve/r1.yaml")).toEqual([
    expect.objectContaining({ deployment: "r1", format: "ray-serve", tp: 8, pp: 2, gpus: 16, gpu: "H100-SXM5-80GB", instances: 1 }),
  ]);
  expect(findingsOf(file.replace("{GPU: 8}", "{GPU: 4}")).filter((one) => one.includes("gpu"))).toEqual([
    "error gpu-count: placement_group_config",
  ]);
  expect(readText("applications: [{name: a, import_path: text_ml:app}]\n")).toMatchObject({ formats: ["ray-serve"], deployments: [] });
});

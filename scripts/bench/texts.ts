/** A deployment as people write them, 40 lines. */
export function oneDeployment(name: string): string {
  return `# inference-lens: gpu=H100-SXM-80GB workload=chat slo.ttft=500ms slo.tpot=50ms
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.19.0
          command: ["/bin/sh", "-c"]
          args:
            - |
              vllm serve meta-llama/Llama-3.3-70B-Instruct \\
                --tensor-parallel-size 8 \\
                --max-model-len 32768 \\
                --gpu-memory-utilization 0.9 \\
                --max-num-seqs 256
          ports:
            - containerPort: 8000
          resources:
            limits:
              nvidia.com/gpu: 8
          volumeMounts:
            - name: shm
              mountPath: /dev/shm
      volumes:
        - name: shm
          emptyDir:
            medium: Memory
---
`;
}

/** So many lines of deployments. */
export function longFile(lines: number): string {
  const each = oneDeployment("x").split("\n").length - 1;
  return Array.from({ length: Math.ceil(lines / each) }, (_, i) => oneDeployment(`llama-${i}`)).join("");
}

/** YAML without a word of serving. */
export function unrelatedYaml(bytes: number): string {
  const part = `  - name: item
    labels: { team: payments, tier: backend }
    values: [1, 2, 3, 4, 5, 6, 7, 8]
    description: "nothing that serves a model"
`;
  return `items:\n${part.repeat(Math.ceil(bytes / part.length))}`;
}

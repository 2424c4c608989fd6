/** What the demo plays when no file is named: Llama-3.3-70B on one 8 × H100 node with Shift Parallelism, in chat. */
export const defaultDeployment = `# inference-lens: gpu=H100-SXM-80GB workload=chat slo.ttft=500ms slo.tpot=50ms
apiVersion: apps/v1
kind: Deployment
metadata:
  name: llama-70b-shift
spec:
  replicas: 1
  selector: { matchLabels: { app: llama-70b-shift } }
  template:
    metadata: { labels: { app: llama-70b-shift } }
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          env:
            - { name: ARCTIC_INFERENCE_ENABLED, value: "1" }
          command: [vllm, serve, meta-llama/Llama-3.3-70B-Instruct]
          args:
            - --tensor-parallel-size=4
            - --ulysses-sequence-parallel-size=2
            - --enable-shift-parallel
            - --shift-parallel-threshold=256
            - --max-model-len=32768
          resources:
            limits: { nvidia.com/gpu: 8 }
          volumeMounts:
            - { name: shm, mountPath: /dev/shm }
      volumes:
        - { name: shm, emptyDir: { medium: Memory } }
`;

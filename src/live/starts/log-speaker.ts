/** Which process of a start wrote a line. */
export interface Speaker {
  /** The same for all lines of one process. */
  readonly key: string;
  readonly label: string;
  /** How much the label tells: a process is known by its best one. */
  readonly named: boolean;
  readonly place: Place;
}

/** Place in the layout, as far as the label tells. */
export interface Place {
  readonly data: number;
  readonly pipeline: number;
  readonly tensor: number;
}

/** vLLM: `(Worker_DP0_TP1_EP1 pid=12)`, `(VllmWorker rank=0 pid=218)`, `(RayWorkerWrapper pid=9, ip=10.0.0.2)`, `(EngineCore_DP0 pid=7)`. */
const vllmMark = /\(([A-Za-z]\w*(?: (?:rank=\d+|[A-Z]{2,4}\d+))?) pid=(\d+)(?:, ip=([\w.:-]+))?\)/g;
/** SGLang: `[2025-11-04 05:27:13 DP0 TP0 EP0]`. */
const sglangMark = /\[[\d :.,-]*\d((?: [A-Z]{2,4}\d+)+)\]/g;
/** TensorRT-LLM: `[RANK 3]`, and mpirun's `[1,3]<stdout>`. */
const tensorrtMark = /\[RANK (\d+)\]|\[\d+,(\d+)\]<std/g;

const first: Place = { data: 0, pipeline: 0, tensor: 0 };

/** The process named last before this place: glued progress bars and torn lines put two into one line. */
export function speakerOf(text: string, before: number, source: string): Speaker {
  const part = text.slice(0, before);
  const vllm = last(part, vllmMark);
  if (vllm) {
    const [, name = "", pid = "", host = ""] = vllm;
    const place = placeOf(name);
    return { key: `${source}/${host}/${pid}`, label: name, named: place !== undefined, place: place ?? first };
  }
  const sglang = last(part, sglangMark)?.[1]?.trim();
  if (sglang) return { key: `${source}/${sglang}`, label: sglang, named: true, place: placeOf(sglang) ?? first };
  const rank = last(part, tensorrtMark);
  const number = rank?.[1] ?? rank?.[2];
  if (number !== undefined) {
    return { key: `${source}/${number}`, label: `rank ${number}`, named: true, place: { ...first, tensor: Number(number) } };
  }
  return { key: `${source}/`, label: source === "" ? "rank 0" : source, named: false, place: first };
}

function last(text: string, mark: RegExp): RegExpMatchArray | undefined {
  let found: RegExpMatchArray | undefined;
  for (const match of text.matchAll(mark)) found = match;
  return found;
}

/** `Worker_DP0_PP1_TP3`, `VllmWorker rank=5`, `DP1 TP0`; undefined where a label names no place. */
function placeOf(label: string): Place | undefined {
  const rank = /rank=(\d+)/.exec(label)?.[1];
  if (rank !== undefined) return { ...first, tensor: Number(rank) };
  const sizes = new Map([...label.matchAll(/(?:^|[_ ])(DP|PP|TP|EP)?(\d+)(?=$|[_ ])/g)].map(([, kind = "DP", at]) => [kind, Number(at)]));
  if (sizes.size === 0) return undefined;
  return { data: sizes.get("DP") ?? 0, pipeline: sizes.get("PP") ?? 0, tensor: sizes.get("TP") ?? sizes.get("EP") ?? 0 };
}

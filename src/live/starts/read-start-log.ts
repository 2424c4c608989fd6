import { type LogLine, logLines } from "./log-lines.ts";
import { speakerOf } from "./log-speaker.ts";
import { noteRefusal } from "./refused-start.ts";
import { sglangPhrases } from "./sglang-phrases.ts";
import { StartBuilder, type Telling } from "./start-builder.ts";
import type { EarlierStart, LoggedEngine, StartLog } from "./start-log.ts";
import type { Phrase } from "./start-phrase.ts";
import { tensorrtPhrases } from "./tensorrt-phrases.ts";
import { vllmPhrases } from "./vllm-phrases.ts";

/** Words of which every line of interest has one: most lines of a long log are passed over by this one look. */
const worthReading =
  /GiB|Gib| GB|[Cc]ache is allocated|KV [Cc]ache|Maximum concurrency|blocks:|LLM engine|non-default args|Non-default args|Namespace\(|version|█ +model|server_args=|max_total_num_tokens|bytes_per_full_token|Starting to load|batched_tokens|max_num_seqs|dummy requests|max model len|attention block size|profiled with|[Ll][Ll][Mm] [Aa]rgs|fraction is set|per block|max_seq_len=|Error|Exception|error:|out of memory|Not enough memory|divisible|num_gpu_blocks is/;

/** A line that begins a start: a second one of its kind begins the next. */
const marks: readonly (readonly [LoggedEngine, string, RegExp])[] = [
  ["vllm", "server", /vLLM API server version|█.* version \d/],
  ["vllm", "engine", /Initializing an? (?:V\d )?LLM engine \(v/],
  ["sglang", "arguments", /server_args=(?:ServerArgs\(|\{)/],
  ["tensorrt-llm", "arguments", /LLM Args:|TensorRT-LLM engine args:/],
];

/** Serving has begun; what follows is no start. SGLang's web server is up before the engine has answered its first request. */
const readyMarks: Readonly<Record<LoggedEngine, RegExp>> = {
  vllm: /Application startup complete/,
  sglang: /The server is fired up and ready/,
  "tensorrt-llm": /Application startup complete|Engine loaded and ready to serve/,
};
/** The same for a look at every line while a start is read. */
const mayBeReady = /startup complete|fired up|ready to serve/;

const families: readonly (readonly [LoggedEngine, readonly Phrase[]])[] = [
  ["vllm", vllmPhrases],
  ["sglang", sglangPhrases],
  ["tensorrt-llm", tensorrtPhrases],
];

const mostEarlier = 50;

/** What an engine's log tells of its last start; null where there is nothing of a start in the text. Never throws; one pass over the text. */
export function readStartLog(text: string): StartLog | null {
  const earlier: EarlierStart[] = [];
  let start = new StartBuilder(0);
  for (const line of logLines(text)) {
    if (start.engine !== null && mayBeReady.test(line.text) && readyMarks[start.engine].test(line.text)) start.ready = true;
    if (!worthReading.test(line.text)) continue;
    const mark = marks.find(([, , pattern]) => pattern.test(line.text));
    if (mark) start = begun(start, line, mark, earlier);
    if (!start.ready) read(start, line);
  }
  if (!isStart(start)) {
    return null;
  }
  return start.finished(earlier);
}

/** The start that a mark belongs to: the one being read, or the next. */
function begun(start: StartBuilder, line: LogLine, [engine, kind]: (typeof marks)[number], earlier: EarlierStart[]): StartBuilder {
  // Each engine of a data-parallel server has its own line; a banner and the line below it are one mark.
  const speaker = kind === "engine" ? speakerOf(line.text, line.text.length, line.source).label : line.source;
  const key = `${engine} ${kind} ${speaker}`;
  const next = start.ready || start.marks.has(key) || (start.refusal !== null && kind !== "engine");
  if (!next) {
    start.marks.add(key);
    start.engine ??= engine;
    return start;
  }
  if (isStart(start) && earlier.push(summary(start)) > mostEarlier) earlier.shift();
  const fresh = new StartBuilder(line.line);
  fresh.marks.add(key);
  fresh.engine = engine;
  return fresh;
}

/** A trace alone is of any program. */
function isStart(start: StartBuilder): boolean {
  return start.engine !== null || start.hasFigures || (start.refusal !== null && start.refusal.kind !== "other");
}

function summary({ line, engineVersion, model, outcome, refusal }: StartBuilder): EarlierStart {
  return { line, engineVersion, model, outcome, refusal: outcome === "refused" ? (refusal?.kind ?? null) : null };
}

function read(start: StartBuilder, { text, line, source }: LogLine): void {
  for (const [engine, phrases] of families) {
    if (start.engine !== null && start.engine !== engine) continue;
    for (const phrase of phrases) {
      const match = phrase.pattern.exec(text);
      if (!match) continue;
      const at: Telling = { start, line, text, speaker: speakerOf(text, match.index, source) };
      phrase.read(match, at);
      start.engine ??= engine;
    }
  }
  noteRefusal({ start, line, text, speaker: speakerOf(text, 0, source) });
}

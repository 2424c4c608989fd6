/** `servegen` and `sharegpt` are no tables of requests: servegen.ts, sharegpt.ts. */
export type TraceFormat = TableFormat | "servegen" | "sharegpt";
export type TableFormat = "azure" | "mooncake" | "vidur" | "splitwise" | "burstgpt" | "llmservingsim" | "csv" | "jsonl";

/** In the words of interfaces.md. */
export const traceFormats: readonly TraceFormat[] = [
  "azure",
  "burstgpt",
  "splitwise",
  "vidur",
  "llmservingsim",
  "mooncake",
  "servegen",
  "sharegpt",
  "csv",
  "jsonl",
];

/** How the rows of a format are read. Column names are compared without case, blanks, `_` and `-`. */
export interface RowReader {
  readonly format: TableFormat;
  readonly text: "csv" | "jsonl";
  readonly prompt: readonly string[];
  readonly output: readonly string[];
  /** Absent in a file that holds lengths only. */
  readonly arrival: readonly string[];
  /** Units of the arrival column in a second; `date` = a date and time of day. */
  readonly arrivalsAre: number | "date";
  /** Columns that tell this format from others. */
  readonly marks: readonly string[];
  /** Tokens of one entry of `hash_ids`. */
  readonly blockTokens: number;
  /** No answer means that the request failed. */
  readonly emptyAnswerFailed: boolean;
  /** Columns that tell whose conversation a row belongs to; `parent` names the turn before. */
  readonly session: readonly string[];
  readonly parent?: string;
}

const usual = { blockTokens: 512, emptyAnswerFailed: false, session: ["session", "sessionid", "conversationid"] };

/** Most telling first. Sources: the formats' own files, see README of each trace's repository. */
export const rowReaders: readonly RowReader[] = [
  {
    ...usual,
    format: "azure",
    text: "csv",
    arrival: ["timestamp"],
    arrivalsAre: "date",
    prompt: ["contexttokens"],
    output: ["generatedtokens"],
    marks: ["timestamp", "contexttokens", "generatedtokens"],
  },
  {
    ...usual,
    format: "burstgpt",
    text: "csv",
    arrival: ["timestamp"],
    arrivalsAre: 1,
    prompt: ["requesttokens"],
    output: ["responsetokens"],
    marks: ["timestamp", "requesttokens", "responsetokens"],
    emptyAnswerFailed: true,
  },
  {
    ...usual,
    format: "splitwise",
    text: "csv",
    arrival: ["arrivaltimestamp"],
    arrivalsAre: 1,
    prompt: ["promptsize"],
    output: ["tokensize"],
    marks: ["promptsize", "tokensize"],
  },
  {
    ...usual,
    format: "vidur",
    text: "csv",
    arrival: ["arrivedat"],
    arrivalsAre: 1,
    prompt: ["numprefilltokens"],
    output: ["numdecodetokens"],
    marks: ["numprefilltokens", "numdecodetokens"],
  },
  {
    ...usual,
    format: "llmservingsim",
    text: "csv",
    arrival: ["arrivaltimens"],
    arrivalsAre: 1e9,
    prompt: ["inputtoks"],
    output: ["outputtoks"],
    marks: ["arrivaltimens", "inputtoks", "outputtoks"],
  },
  {
    ...usual,
    format: "llmservingsim",
    text: "jsonl",
    arrival: ["arrivaltimens"],
    arrivalsAre: 1e9,
    prompt: ["inputtoks"],
    output: ["outputtoks"],
    marks: ["arrivaltimens", "inputtoks", "outputtoks"],
    blockTokens: 16,
  },
  // Qwen-Bailian: like Mooncake's, but in seconds and blocks of 16 tokens.
  {
    ...usual,
    format: "mooncake",
    text: "jsonl",
    arrival: ["timestamp"],
    arrivalsAre: 1,
    prompt: ["inputlength"],
    output: ["outputlength"],
    marks: ["chatid", "inputlength", "hashids"],
    blockTokens: 16,
    session: ["chatid"],
    parent: "parentchatid",
  },
  {
    ...usual,
    format: "mooncake",
    text: "jsonl",
    arrival: ["timestamp"],
    arrivalsAre: 1e3,
    prompt: ["inputlength"],
    output: ["outputlength"],
    marks: ["timestamp", "inputlength", "outputlength"],
  },
  generic("csv"),
  generic("jsonl"),
];

function generic(text: "csv" | "jsonl"): RowReader {
  return {
    ...usual,
    format: text,
    text,
    arrival: ["arrivalseconds", "arrivaltime", "arrival", "arrivedat", "timestamp", "time", "starttime", "t"],
    arrivalsAre: 1,
    prompt: [
      "prompttokens",
      "inputtokens",
      "promptlength",
      "promptlen",
      "inputlength",
      "inputlen",
      "prompt",
      "input",
      "isl",
      "contexttokens",
    ],
    output: ["outputtokens", "completiontokens", "generatedtokens", "outputlength", "outputlen", "output", "completion", "osl"],
    marks: [],
  };
}

export function columnKey(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, "");
}

/** Recognised by content: the first reader whose marks are all there. */
export function recogniseReader(text: "csv" | "jsonl", columns: ReadonlyMap<string, string>): RowReader | undefined {
  return rowReaders.find((reader) => reader.text === text && reader.marks.every((mark) => columns.has(mark)));
}

/** The reader of a named format; where it has several, the one that fits the columns. */
export function namedReader(format: TableFormat, text: "csv" | "jsonl", columns: ReadonlyMap<string, string>): RowReader | undefined {
  const candidates = rowReaders.filter((reader) => reader.format === format && reader.text === text);
  return candidates.find((reader) => reader.marks.every((mark) => columns.has(mark))) ?? candidates[0];
}

import { relative, sep } from "node:path";
import { plain } from "../../deployment/message.ts";
import type { Subject } from "../input/subjects.ts";

/** Findings under the file in which they are written: a base, a patch or a project's own file that was not named itself has an entry of its own. */
export function byFile(subjects: readonly Subject[]): readonly Subject[] {
  const placed = new Map(subjects.map((subject) => [subject.input.place, { ...subject, analysis: ownOf(subject.analysis) }]));
  for (const subject of subjects) {
    for (const finding of subject.analysis.findings) {
      const { file } = finding.range;
      if (file === undefined) continue;
      const entry = placed.get(file) ?? emptyEntry(subject, file);
      const { findings } = entry.analysis;
      const isKnown = findings.some(({ code, range }) => code === finding.code && range.start.line === finding.range.start.line);
      placed.set(file, isKnown ? entry : { ...entry, analysis: { ...entry.analysis, findings: [...findings, finding] } });
    }
  }
  for (const subject of subjects) {
    for (const { file, message, range } of subject.outside) {
      const entry = placed.get(file) ?? emptyEntry(subject, file);
      const { problems } = entry.analysis;
      const words = plain(message);
      const isKnown = problems.some((one) => one.range.start.line === range.start.line && plain(one.message) === words);
      placed.set(file, isKnown ? entry : { ...entry, analysis: { ...entry.analysis, problems: [...problems, { message, range }] } });
    }
  }
  return [...placed.values()];
}

function ownOf(analysis: Subject["analysis"]): Subject["analysis"] {
  return { ...analysis, findings: analysis.findings.filter(({ range }) => range.file === undefined) };
}

function emptyEntry(subject: Subject, file: string): Subject {
  const below = relative(process.cwd(), file);
  const path = (below.startsWith("..") ? file : below).split(sep).join("/");
  const analysis = { ...subject.analysis, formats: [], deployments: [], findings: [], problems: [] };
  return { ...subject, input: { ...subject.input, path, place: file, named: false }, analysis };
}

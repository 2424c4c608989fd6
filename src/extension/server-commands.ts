import * as vscode from "vscode";
import type { Attachment } from "./attachment.ts";
import type { Attachments } from "./attachments.ts";
import { chooseAttached } from "./choose-attached.ts";
import { fullId } from "./command-ids.ts";
import type { Demo } from "./demo.ts";
import { UserFacingError } from "./errors.ts";
import { openExamples } from "./examples.ts";
import { type AttachWay, normalised, type ServerChoice } from "./server-choice.ts";
import { type Subject, type Subjects, subjectKey } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { refuseUntrusted } from "./trust.ts";

/** Attach, detach, demo: what the commands and lenses about servers do. */
export class ServerCommands {
  constructor(
    private readonly attachments: Attachments,
    private readonly demo: Demo,
    private readonly choice: ServerChoice,
    private readonly tokens: Tokens,
    private readonly subjects: Subjects,
    /** Ways to servers that are no addresses; some need a deployment. */
    private readonly waysTo: (subject: Subject | undefined) => Promise<readonly AttachWay[]>,
    private readonly context: vscode.ExtensionContext,
  ) {}

  /** Arguments: uri, deployment id, address; what is absent is asked for. A file is not needed: a server can be looked at alone. */
  async attach(args: readonly unknown[]): Promise<void> {
    refuseUntrusted();
    const subject = await this.subjectOf(args);
    const key = subject ? subjectKey(subject.document.uri, subject.analysis.deployment.id) : "";
    const given = typeof args[2] === "string" ? normalised(args[2]) : undefined;
    const typed = given ?? (await this.choice.ask(key, this.demo.url, await this.waysTo(subject)));
    const url = await this.tokens.keepCredentials(typed);
    await this.attachments.attach(url, subject);
    if (!this.demo.isAt(url)) await this.choice.remember(url, key);
  }

  async detach(args: readonly unknown[]): Promise<void> {
    const attachment = await this.server(args);
    this.attachments.detach(attachment.url);
  }

  async openLive(args: readonly unknown[]): Promise<void> {
    const attachment = await this.server(args);
    this.attachments.open(attachment.url);
  }

  async record(args: readonly unknown[]): Promise<void> {
    await this.attachments.recordings.start(await this.server(args));
  }

  async stopRecording(args: readonly unknown[]): Promise<void> {
    const { url } = await this.server(args);
    await this.attachments.recordings.stop(url);
  }

  /** The live page with the prediction for the last report beside it. */
  async compare(args: readonly unknown[]): Promise<void> {
    const attachment = await this.server(args);
    this.attachments.open(attachment.url);
    await attachment.predict("report");
  }

  /** The attached server that the arguments name, the only one, or the one a person picks. */
  async server(args: readonly unknown[]): Promise<Attachment> {
    return chooseAttached(this.attachments.list(), urlOf(args[0]), await this.named(args));
  }

  /** What the attached server is compared with that an item of a tree names. */
  subjectAt(item: unknown): Subject | undefined {
    const url = urlOf(item);
    return this.attachments.list().find((one) => one.url === url)?.subject;
  }

  async startDemo(args: readonly unknown[]): Promise<void> {
    const subject = (await this.subjectOf(args)) ?? (await this.subjects.find([(await openExamples(this.context)).uri]));
    const url = await this.demo.start(subject);
    const attach = vscode.l10n.t("Attach");
    const { name } = subject.analysis.deployment;
    void vscode.window.showInformationMessage(vscode.l10n.t("The demo server of {0} listens at {1}.", name, url), attach).then((chosen) => {
      if (chosen !== attach) return;
      return vscode.commands.executeCommand(fullId("attach"), subject.document.uri, subject.analysis.deployment.id, url);
    });
  }

  /** The deployment the arguments name or the caret stands in; undefined where there is none to be found. */
  private async subjectOf(args: readonly unknown[]): Promise<Subject | undefined> {
    try {
      return await this.subjects.find(args);
    } catch (error) {
      if (error instanceof UserFacingError && error.kind === "nothing-here") return undefined;
      throw error;
    }
  }

  private async named(args: readonly unknown[]): Promise<Subject | undefined> {
    return args[0] instanceof vscode.Uri && typeof args[1] === "string" ? this.subjects.byId(args[0], args[1]) : undefined;
  }
}

/** Trees hand an item, the status bar an address. */
function urlOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null && "url" in value && typeof value.url === "string" ? value.url : undefined;
}

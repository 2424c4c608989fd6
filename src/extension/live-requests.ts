import * as vscode from "vscode";
import type { FromLiveView } from "../protocol/live-view.ts";
import type { Attachment } from "./attachment.ts";
import { fullId } from "./command-ids.ts";
import type { LiveDrift } from "./live-drift.ts";
import type { Recordings } from "./recordings.ts";
import type { ServerKeys } from "./server-keys.ts";

/** Who does what a page asks for. */
export interface LiveServants {
  readonly attachment: Attachment;
  readonly keys: ServerKeys;
  readonly drift: LiveDrift;
  readonly recordings: Recordings;
  readonly detach: () => void;
}

/** Does what a live page asks of the server that it shows. */
export async function liveRequest(message: FromLiveView, { attachment, keys, drift, recordings, detach }: LiveServants): Promise<void> {
  const { url, replay } = attachment;
  switch (message.kind) {
    case "detach":
      detach();
      break;
    case "retry":
      attachment.retry();
      break;
    case "enter-key":
      if (await keys.ask()) attachment.retry();
      break;
    case "review-differences":
      await drift.review(url);
      break;
    case "record":
      await (message.on ? recordings.start(attachment) : recordings.stop(url));
      break;
    case "play":
      await replay?.setPlaying(message.on);
      break;
    case "speed":
      await replay?.setSpeed(message.speed);
      break;
    case "seek":
      await replay?.seek(message.time);
      break;
    case "step":
      await replay?.step(message.by);
      break;
    case "predict":
      await attachment.predict(message.basis);
      break;
    case "choose-engine":
      attachment.feed.choose(message.engine);
      break;
    case "use-load":
      await vscode.commands.executeCommand(fullId("useLoad"), url);
      break;
    case "calibrate":
      await vscode.commands.executeCommand(fullId("calibrate"), url);
      break;
    default:
      // `pause` freezes the picture alone; sampling goes on.
      break;
  }
}

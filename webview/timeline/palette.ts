import type { Theme } from "../parts/theme.ts";

/** How much of their colour things keep that are not of the selected request. */
export const dimmed = 0.66;

/** Colours of a timeline by meaning. */
export interface Palette {
  readonly theme: Theme;
  readonly prefill: string;
  readonly decode: string;
  readonly transfer: string;
  readonly event: string;
  readonly wait: string;
  readonly level: string;
  /** Of the words in a prefill step: plain, and dimmed. */
  readonly onPrefill: string;
  readonly onDimmedPrefill: string;
  readonly onDecode: string;
  readonly onDimmedDecode: string;
}

export function paletteOf(theme: Theme): Palette {
  const { series, foreground, background, highContrast } = theme;
  const at = (index: number): string => series[index] ?? foreground;
  const [prefill, decode] = [at(5), at(3)];
  const on = (colour: string, alpha: number): string => (highContrast ? foreground : readableOn(colour, background, alpha));
  return {
    theme,
    prefill,
    decode,
    transfer: at(2),
    event: at(4),
    wait: at(6),
    level: at(6),
    onPrefill: on(prefill, 1),
    onDimmedPrefill: on(prefill, dimmed),
    onDecode: on(decode, 1),
    onDimmedDecode: on(decode, dimmed),
  };
}

/** Black or white, whichever stands out more from a colour laid over the page. */
export function readableOn(colour: string, background: string, alpha: number): string {
  const [over, under] = [channels(colour), channels(background)];
  const luminance = [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const value = ((over[i] ?? 0) * alpha + (under[i] ?? 0) * (1 - alpha)) / 255;
    return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
  // Contrast with white is 1.05 / (L + 0.05), with black (L + 0.05) / 0.05.
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

/** Of `rgb(1, 2, 3)`, as computed styles have it. */
function channels(colour: string): readonly number[] {
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

/** Turns texts into directions whose cosine says how close two texts are in meaning. */
export interface Encoder {
  /** Names the model and its weights: vectors of different ids are not comparable. */
  readonly id: string;
  readonly dimension: number;
  /**
   * One vector of length 1 a text, in their order. A text's vector does not depend on the other texts of the call, and the
   * same text always gives the same bits. Text beyond the model's window is ignored.
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

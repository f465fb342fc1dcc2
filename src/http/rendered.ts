/**
 * Answers with a value that is JSON text already, as the store keeps jobs: it is sent as it is. To the type checker it
 * is the value it stands for.
 */
export function rendered<Value>(reply: { type(contentType: string): unknown }, json: string | Buffer): Value {
  reply.type('application/json; charset=utf-8');
  return json as Value;
}

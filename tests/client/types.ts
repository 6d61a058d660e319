// What a client knows from the description alone, by path, method, status and media type.

import type { paths } from './holdfast.js';

export type Path = keyof paths;
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The body of an answer; `never`, which nothing is, where the description has no such answer. */
export type Answer<P extends Path, M extends Method, Status extends number, Type extends string> = paths[P][M] extends {
  responses: { [S in Status]: { content: { [T in Type]: infer Body } } };
}
  ? Body
  : never;

/** What stands for an answer without a body. */
export type Empty<P extends Path, M extends Method, Status extends number> = paths[P][M] extends {
  responses: { [S in Status]: { content?: never } };
}
  ? 'empty'
  : never;

/** Path, query and headers of a request. */
export type Parameters<P extends Path, M extends Method> = paths[P][M] extends { parameters: infer All } ? All : never;

/** The body of a request. */
export type Sent<P extends Path, M extends Method> = paths[P][M] extends {
  requestBody?: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;

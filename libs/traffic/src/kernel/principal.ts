/** A request as the application's authentication leaves it. */
export interface AuthenticatedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly user?: unknown;
}

/** Names the user of a request; `null` = a request without credentials, `undefined` = not known. */
export type PrincipalOf = (request: AuthenticatedRequest) => string | null | undefined;

const ID_FIELDS = ['sub', 'id', 'userId'] as const;

/**
 * The user by `request.user`: its `sub`, `id` or `userId`. A request that carries credentials which no authentication has read is
 * not known: an answer made for them is for no other request.
 */
export const principalOf: PrincipalOf = ({ user, headers }) => {
  if (user === undefined || user === null)
    return headers['authorization'] === undefined && headers['cookie'] === undefined ? null : undefined;
  const fields = Object(user) as Partial<Record<(typeof ID_FIELDS)[number], unknown>>;
  const id = ID_FIELDS.map((field) => fields[field]).find(
    (each) => typeof each === 'string' || typeof each === 'number',
  );
  return id === undefined ? undefined : `${typeof id} ${String(id)}`;
};

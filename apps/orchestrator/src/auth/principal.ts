/** Who sent a request, as the access token says. Guards find it in `request.user`. */
export interface Principal {
  /** Id of the user, a UUID. */
  readonly userId: string;
  /** Id of the tenant that the token is bound to. */
  readonly tenantId: string;
  readonly name: string;
  readonly roles: readonly string[];
}

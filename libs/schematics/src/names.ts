/** A name in the forms that generated code uses. */
export interface Names {
  /** `mail-server` */
  readonly kebab: string;
  /** `MailServer` */
  readonly pascal: string;
  /** `mailServer` */
  readonly camel: string;
}

/** A name in all its forms. @throws Error where it has no letter first, or anything but letters, digits and separators */
export function namesOf(name: string): Names {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .split(/[-_ ]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
  const kebab = words.join('-');
  if (!/^[a-z][a-z0-9-]*$/.test(kebab))
    throw new Error(`"${name}" is no name. Write letters, digits and hyphens, a letter first, such as mail-server.`);
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return { kebab, pascal, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1) };
}

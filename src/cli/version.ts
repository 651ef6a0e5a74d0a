declare const VERSION: string | undefined;

/** Version of the package; the bundler puts it in. */
export const version: string = typeof VERSION === 'string' ? VERSION : '0.0.0-source';

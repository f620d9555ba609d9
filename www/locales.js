// The languages of the package besides English: which of them a language tag means, and its words.

// One literal address each, for bundlers; of all files a page loads at most the one it speaks.
const FILES = {
  ar: () => new URL("./locales/ar.json", import.meta.url),
  de: () => new URL("./locales/de.json", import.meta.url),
  es: () => new URL("./locales/es.json", import.meta.url),
  fr: () => new URL("./locales/fr.json", import.meta.url),
  he: () => new URL("./locales/he.json", import.meta.url),
  ja: () => new URL("./locales/ja.json", import.meta.url),
  pt: () => new URL("./locales/pt-BR.json", import.meta.url),
  "zh-Hans": () => new URL("./locales/zh-Hans.json", import.meta.url),
};

const PATIENCE_MS = 5_000;

/**
 * The words of a language by key; `undefined` for one that is not here, which is shown in English.
 * @param {string} locale BCP 47
 * @returns {Promise<Record<string, string> | undefined>} rejected if the tag is none or its file cannot be had
 */
export async function words(locale) {
  const { language, script } = new Intl.Locale(locale).maximize();
  const file = FILES[`${language}-${script}`] ?? FILES[language];
  if (!file) return undefined;
  const response = await fetch(file(), { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw Error(`the words of ${locale}: ${response.status}`);
  return response.json();
}

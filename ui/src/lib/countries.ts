// The countries offered on the first screen, with the currency of each. Any other code that the
// book already holds is kept.

import type { Language } from "./bindings.gen";

export const CURRENCY_OF: Record<string, string> = {
  AL: "ALL", AM: "AMD", AR: "ARS", AT: "EUR", AU: "AUD", AZ: "AZN", BA: "BAM", BE: "EUR", BG: "EUR", BR: "BRL",
  BY: "BYN", CA: "CAD", CH: "CHF", CL: "CLP", CN: "CNY", CY: "EUR", CZ: "CZK", DE: "EUR", DK: "DKK", EE: "EUR",
  EG: "EGP", ES: "EUR", FI: "EUR", FR: "EUR", GB: "GBP", GE: "GEL", GR: "EUR", HR: "EUR", HU: "HUF", IE: "EUR",
  IL: "ILS", IN: "INR", IS: "ISK", IT: "EUR", JP: "JPY", KG: "KGS", KR: "KRW", KZ: "KZT", LT: "EUR", LU: "EUR",
  LV: "EUR", MD: "MDL", ME: "EUR", MK: "MKD", MN: "MNT", MT: "EUR", MX: "MXN", NL: "EUR", NO: "NOK", NZ: "NZD",
  PL: "PLN", PT: "EUR", RO: "RON", RS: "RSD", RU: "RUB", SE: "SEK", SG: "SGD", SI: "EUR", SK: "EUR", TH: "THB",
  TJ: "TJS", TM: "TMT", TR: "TRY", UA: "UAH", US: "USD", UZ: "UZS", VN: "VND", XK: "EUR", ZA: "ZAR",
};

export const COUNTRIES = Object.keys(CURRENCY_OF);
export const CURRENCIES = [...new Set(Object.values(CURRENCY_OF))].sort();

const DEFAULT: Record<Language, string> = { en: "GB", ru: "RU", bg: "BG" };

/** The country to start with: the one of the machine's own setting, else the language's. */
export function defaultCountry(language: Language, system = typeof navigator === "undefined" ? "" : navigator.language): string {
  const [tongue, region] = system.split("-");
  if (tongue === language && region && CURRENCY_OF[region.toUpperCase()]) return region.toUpperCase();
  return DEFAULT[language];
}
